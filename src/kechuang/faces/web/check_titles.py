"""What a check is called on the pages: a name instead of the code by which the book asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

TITLES: Mapping[str, tuple[str, str]] = {
    "casework.all_checked": ("本批都已形式审查", "Every case of the round is checked"), "casework.all_co_funders_agreed": ("联合资助方都已确认", "Every co-funder has confirmed"),
    "casework.closes_ahead": ("截止时间在以后", "The closing lies ahead"), "casework.findings_settled": ("疑点都有判断", "Every finding is judged"),
    "casework.first_appeal": ("第一次申诉", "First appeal"), "casework.flow_sound": ("流程完整", "The flow is sound"),
    "casework.form_complete": ("填报完整", "The form is complete"), "casework.no_open_child": ("没有在办的事项", "Nothing hangs open on it"),
    "casework.no_open_objection": ("异议都已答复", "Every objection is answered"), "casework.no_stopping_child": ("没有停拨的事项", "Nothing stops payments"),
    "casework.not_academic_judgement": ("不以学术判断为由", "Not about academic judgement"), "casework.notice_over": ("公示期满", "The notice is over"),
    "casework.only_asked_items_changed": ("只改要求补正的内容", "Only what was asked is changed"), "casework.only_extends": ("只延不缩", "Only extends"),
    "casework.pages_revised": ("规则有修订", "The rules are revised"), "casework.pages_sound": ("规则完整", "The rules are sound"),
    "casework.reviewed_now": ("正在评审", "Under review now"), "casework.rolling_now": ("常年受理", "Open all year"), "casework.round_open": ("在受理期内", "The round is open"),
    "casework.states_stand": ("状态没有变动", "The states stand"), "casework.timetable_sound": ("时间安排合理", "The timetable is in order"),
    "casework.within_notice": ("在公示期内", "Within the notice"), "claims.computed_once": ("已经计算", "Computed"),
    "claims.conditions_met": ("条件符合", "The conditions are met"), "claims.conditions_of_stake": ("入股条件", "Conditions of a stake"),
    "claims.entitled": ("可以申领", "Something is due"), "claims.evidence_not_used": ("凭据没有重复使用", "The evidence is not used twice"),
    "claims.evidence_valid": ("凭据有效", "The evidence is valid"), "claims.has_share": ("兑付表有金额", "Has a share"),
    "claims.marks_allowed": ("评分在范围内", "The marks are allowed"), "claims.not_paid_twice": ("没有重复兑付", "Not paid twice"),
    "claims.not_related": ("不是关联交易", "Not between related parties"), "claims.verdict_follows": ("结论与计算一致", "The result follows the computation"),
    "claims.was_cut_off": ("额度用尽", "The budget was used up"), "enterprises.number_free": ("登记号没有占用", "The number is free"),
    "enterprises.year_filed": ("年度数据已填报", "The year is filed"), "experts.all_groups_closed": ("各组评审结束", "Every group has closed"),
    "experts.all_promised": ("专家都已承诺", "Every expert has promised"), "experts.ceremony_ready": ("抽取准备就绪", "The draw is ready"),
    "experts.group_size": ("分组件数", "Size of the group"), "experts.joiners_review_nothing_here": ("新成员不在本批评审", "Who joins reviews nothing here"),
    "experts.no_conflict": ("专家回避", "No conflict of interest"), "experts.of_this_group": ("属于本组", "Of this group"),
    "experts.panel_complete": ("评审意见齐全", "The panel is complete"), "experts.pool_frozen": ("备选库已冻结", "The pool is frozen"),
    "experts.pool_large_enough": ("备选专家足够", "The pool is large enough"), "experts.quorum": ("到会人数", "Quorum"),
    "experts.recusal_declared": ("已声明回避", "Recusal declared"), "experts.sheet_complete": ("评审表完整", "The sheet is complete"),
    "funds.budget_keeps_spent": ("预算不低于已支出", "The budget keeps what is spent"), "funds.instalment_due": ("到了拨款期次", "An instalment is due"),
    "funds.nothing_on_its_way": ("没有在途资金", "Nothing is on its way"), "funds.paid": ("已经拨付", "Paid"),
    "funds.partners_keep_passed": ("份额不低于已转拨", "Partners keep what was passed on"), "funds.prepared": ("已经经办", "Prepared"),
    "funds.quota_covers": ("指标够用", "The quota covers it"), "funds.rest_confirmed": ("余额已交接", "The rest is handed over"),
    "funds.rest_fits": ("交接金额相符", "The rest fits"), "funds.settled": ("两不相欠", "Nothing is owed"), "funds.settlement_adds_up": ("结算相符", "The settlement adds up"),
    "funds.within_award": ("不超过批准额", "Within the award"), "funds.within_partner_share": ("不超过合作单位份额", "Within the partner's share"),
    "integrity.appeal_not_used": ("还可以申诉", "The appeal is not used"), "integrity.decision_in_force": ("处理决定已生效", "The decision is in force"),
    "integrity.joining_units_clean": ("加入单位科研诚信", "Integrity of the joining units"), "integrity.person_clean": ("人员科研诚信", "Integrity of the people"),
    "integrity.term_fits_level": ("期限与等级相符", "The term fits the level"), "integrity.unit_clean": ("单位科研诚信", "Integrity of the unit"),
    "parties.account_in_order": ("账号与单位正常", "The account is in order"), "parties.all_consented": ("成员都已同意", "Every member has consented"),
    "projects.advice_followed": ("与建议一致", "The advice is followed"), "projects.audit_enclosed": ("附有审计报告", "An audit is enclosed"),
    "projects.budget_adds_up": ("预算相符", "The budget adds up"), "projects.budget_change_fits": ("预算调整合规", "The change of the budget fits"),
    "projects.budget_equals_award": ("预算等于批准额", "The budget equals the award"), "projects.change_allowed": ("可以申请变更", "The change is allowed"),
    "projects.codes_valid": ("代码有效", "The codes are valid"), "projects.delegated": ("已委托", "Delegated"), "projects.departure_has_reason": ("偏离排序有理由", "The departure has a reason"),
    "projects.diligence_shown": ("勤勉尽责", "Diligence is shown"), "projects.eligible": ("申报资格", "Eligibility"), "projects.fits_guide": ("符合指南", "Fits the guide"),
    "projects.goals_not_lower": ("目标没有降低", "The goals are not lower"), "projects.indicator_table_complete": ("指标完成表齐全", "The table of indicators is complete"),
    "projects.head_is_another": ("课题负责人另有其人", "The head is somebody else"),
    "projects.joiners_consented": ("新成员都已同意", "Who joins has consented"), "projects.joiners_within_limits": ("新成员不超项", "Who joins is within the limits"),
    "projects.midterm_table_complete": ("中期指标表齐全", "The mid-term table is complete"), "projects.no_overdue_acceptance": ("没有逾期未验收", "No acceptance is overdue"),
    "projects.partner_change_fits": ("合作单位变更合规", "The change of partners fits"), "projects.progress_complete": ("进展报告完整", "The progress report is complete"),
    "projects.result_allowed": ("验收结论相符", "The result is allowed"), "projects.results_registered": ("成果已登记", "The results are registered"),
    "projects.science_report_deposited": ("科技报告已呈交", "The S&T report is deposited"), "projects.share_within_budget": ("份额不超预算", "The share is within the budget"),
    "projects.site_checked": ("已现场核查", "The site was checked"), "projects.subprojects_first": ("课题先验收", "Sub-projects first"),
    "projects.targets_change_fits": ("指标调整合规", "The change of targets fits"), "projects.team_change_fits": ("人员变更合规", "The change of the team fits"),
    "projects.topic_not_made_for_one": ("不为一家定制", "The topic is made for nobody"), "projects.tracking_over": ("跟踪期满", "The tracking is over"),
    "projects.unit_change_fits": ("承担单位变更合规", "The change of the unit fits"), "projects.unit_may_answer": ("单位答复", "The unit may answer"),
    "projects.units_consented": ("单位都已同意", "The units have consented"), "projects.within_budget": ("不超过预算", "Within the budget"),
    "projects.within_limits": ("限项", "Limits on projects"), "projects.within_recommender_quota": ("推荐限额", "Quota of the recommender"),
    "projects.within_unit_quota": ("单位限额", "Quota of the unit"), "texts.compare": ("文本比对", "Comparison of texts"), "texts.no_duplicate": ("内容查重", "No duplicate"),
    "casework.appeal_over": ("申诉期已过", "The time to appeal is over"), "casework.round_goes_on": ("批次没有暂停", "The round is not suspended"),
    "experts.called_to_panel": ("属于会评范围", "Among those before the panel"), "experts.group_large_enough": ("本组件数足够", "The group is large enough"),
    "funds.earlier_share_paid": ("以前的出资已到位", "Earlier shares are paid"), "funds.share_came_in": ("联合出资已到位", "The co-funders' shares came in"),
    "projects.change_still_fits": ("变更仍可批准", "The change can still be granted"), "projects.deliverables_enclosed": ("必备成果齐全", "The required results are enclosed"),
    "projects.leader_change_fits": ("新负责人符合条件", "The new leader fits"), "projects.site_visited": ("已现场考察", "The site was visited"),
    "projects.task_book_adds_up": ("任务书预算相符", "The task book adds up"),
    "texts.title_clash": ("题目重名", "The title is taken"),
}  # fmt: skip


def check_title(name: str) -> Any:
    """The title of a check in both languages; the name itself where nobody gave it one."""
    return {"zh": TITLES[name][0], "en": TITLES[name][1]} if name in TITLES else name
