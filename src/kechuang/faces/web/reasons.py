"""What the house says when it refuses or finds something: a code, a sentence in Chinese and in English, which values are fen.

Every sentence says what is so and, where one can, what to change. `{…}` are the values of the reason.
"""

from __future__ import annotations

from typing import Final

MONEY: Final = frozenset(
    ("budget", "used", "wanted", "fen", "paid", "granted", "ordered", "said", "received", "spent", "keep", "refund", "due", "left", "award", "written", "given", "pool", "promised", "committed", "total", "own", "lines", "indirect", "ceiling", "passed")
)  # fmt: skip

_TABLE = """
amount_without_funding|建议储备或不立项的不填金额，请清空金额，或改为建议立项|No amount goes with advice to keep in reserve or to refuse; please clear it, or advise funding
nothing_proposed|建议立项的金额应大于零|An amount above zero goes with advice to fund
more_than_asked|建议{wanted}，超过申请的{said}，请改金额|{wanted} is proposed and {said} was asked for; please lower the amount
academic_judgement_is_no_ground|对专家学术判断的不同意见不属于受理范围，请写明程序、回避或事实方面的理由|Disagreeing with the experts' academic judgement is no ground; please give one of procedure, recusal or fact
account_not_confirmed|{who}的账号还没有由单位确认，请先联系单位科研管理部门|The account of {who} is not confirmed by the unit yet; please ask its research office first
act_through_child|这一步随{flows}办理，不能单独办|This step is carried out through {flows}, not by itself
affinity|共同的词：{words}|Shared words: {words}
already_drawn|这一组已经抽取过，不能再由人指定|This group has been drawn; nobody can be seated by hand any more
already_founded|这个安装已经有主管部门和账户|This installation has its department and accounts already
amount_differs_from_payment|拨付金额是{ordered}，填写的是{said}，请按到账凭证核对|{ordered} was ordered and {said} entered; please check against the bank's slip
answers_edited|办件的答案与台账中的摘要不符|The answers of the case differ from the digest in the ledger
round_suspended|批次已中止，恢复以前不审核、不评审、不作决定|The round is suspended: nothing is checked, reviewed or decided until it is resumed
appeal_still_possible|到{until}（含当日）为止可以对这个结论申请复核，期满以后再结算|This decision can be appealed until the end of {until}; the money is settled after that
appeal_used|这个决定已经申请过一次复核，不能再次申请|This decision has been appealed once; it cannot be appealed again
attachment_row_missing|台账中有的附件，登记里没有|The ledger names an attachment that is not in the register
asked_by_another_kind|这类变更不填“{name}”，需要的请另提：{kinds}|This kind of change does not ask for “{name}”; please leave it out, or ask for: {kinds}
own_money_short|自筹及其他资金承诺{promised}，已报支出{spent}，请在结算中说明|{promised} of own and other money was promised, {spent} of it is reported spent; the settlement must speak of it
audit_missing|资助额达到规定额度，请先上传专项审计报告|The grant reaches the limit for an audit; please enclose the audit report first
bad_credit_code|{got}不是有效的统一社会信用代码，请对照证照重抄|{got} is no valid unified social credit code; please copy it again from the licence
bad_field_codes|请填写学科或申请代码，用顿号隔开，例如 A0102|Please give codes of fields, such as A0102
bad_file_name|文件名不能用，请改名后再传|This file name cannot be used; please rename the file
bad_round_code|“{given}”不能作批次代码，请只用字母、数字和短横，至少两位|"{given}" cannot be a round's code; use letters, digits and dashes, at least two
balance_must_go_back|这个项目的结余须退回，不能留用|The balance of this project must go back; nothing may be kept
barred_from_pool|信用等级不合格，现在不能申请入库|Your credit does not allow entering the pool now
batch_differs|支付文件 {batch} 与制作时记入台账的指纹不一致，不能下载，请报告监督处|The payment file {batch} differs from the digest recorded when it was made; it is not handed out, please tell supervision
below_what_is_committed|调整后的预算{fen}低于已承诺的{committed}，请核对金额|The budget would become {fen}, below the {committed} already committed; please check the amount
below_what_is_paid|调整后的拨入{fen}低于当年已支的{paid}，请核对金额|The appropriation would become {fen}, below the {paid} already paid; please check the amount
beyond_appropriation|超出本年度拨款预算{fen}，已拨{paid}，本次{wanted}|Beyond the year's appropriation of {fen}: {paid} paid, {wanted} wanted
beyond_award|超出资助额{granted}，已拨{paid}|Beyond the grant of {granted}: {paid} paid
beyond_budget|超出批次预算{budget}：已用{used}，本次{wanted}|Beyond the round's budget of {budget}: {used} used, {wanted} wanted
beyond_promise|承诺{promised}，已到位{received}，再加{wanted}超过承诺，请先由资助方追加承诺|{promised} was promised and {received} has come in; {wanted} more is beyond the promise, which the funder must raise first
beyond_the_list|按公布的次序排在第{place}位，批次可用{pool}，到此已不足，未列入|In the declared order this is number {place}; the {pool} the round has left end before it
budget_below_quotas|预算不够各组最低立项数|The budget is below what the groups' least numbers need
by_hand_not_allowed|只有现场考察或抽取失败后才能指定专家|Experts are named by hand only for a site visit or after a draw that failed
cannot_be_computed|现有数据不足，不能核算（{why}）；请先补齐登记记录|It cannot be computed from what is on record ({why}); please complete the registers first
cannot_merge|这两条登记不能合并：须是两条不同的单位或两条不同的个人登记，保留的一条已经确认，且不是你自己|These two entries cannot be merged: they must be two different units or two different persons, the one that stays confirmed, and neither of them you
holds_an_office|{name}还担任机构的角色，请先由安全管理员收回|{name} still holds a role of an office; the security administrator has to end it first
no_unit_yet|你的账号还没有所在单位，请单位科研管理在“账号与角色”里请你调入|Your account has no unit yet; ask the research office of your unit to ask you over under accounts and roles
nobody_asked_you_over|没有单位请你调入，或它已经撤回|No unit asks you to come over any more
not_waiting_any_more|“{name}”已经有人办理，请刷新页面|“{name}” has been dealt with already; please reload the page
deputy_needs_a_last_day|代理须写明到哪天为止|Please give the last day on which the deputy stands in
deputy_not_that_long|代理从今天起，最迟到{last}为止，请改日期|A deputy stands in from today until {last} at the latest; please change the date
deputy_of_the_own_unit|代理人须是本单位账号已确认的另一人，请核对登录名|The deputy has to be somebody else of your own unit whose account is confirmed; please check the sign-in name
deputy_holds_it_already|{name}已经担任这个角色，不需要代理，请另选一人|{name} holds this role already and needs not stand in; please choose somebody else
no_such_role_to_stand_in_for|{name}现在没有可由人代理的“{role}”，请核对登录名、角色和范围|{name} does not hold “{role}” there in their own right; please check the sign-in name, the role and for what it is held
role_not_for_that|这个角色不能在这个范围授予，请重新选择范围|This role cannot be given for that; please choose again for what it is held
no_such_entry|没有找到“{number}”：单位填信用代码，个人填登录名|Nothing was found under “{number}”: give the credit code of a unit, the sign-in name of a person
merge_already_asked|其中一条已有人提出合并，等另一人确认|One of the two waits for a second word on a merge already
nothing_to_merge|这一对已经办过，请刷新页面|This pair has been dealt with already; please reload the page
cases_in_check|还有 {count} 件没有完成形式审查|{count} cases are still in formal check
ceiling_used_up|按“{policy}”，本单位本年度的上限已经用完|The ceiling of “{policy}” for this unit and year is used up
cell_empty|这一格必填|This cell must be filled in
cell_too_long|这一格太长，请缩短|This cell is too long; please shorten it
ceremony_stands_open|这个批次已有一次抽取仪式在进行，请先完成或在掷骰前中止|A ceremony of this round stands open; finish it, or abort it before the dice
chance_not_binary|概率上限 {chance} 不能写成 a/2ᵇ，请改页面参数|The cap on chances {chance} is not of the form a/2^b; please mend the page
change_asked_too_often|这类变更最多申请 {most} 次|This kind of change can be asked for {most} times at most
project_not_under_way|项目现为“{state}”，变更不能再批准或备案，请作不同意处理或撤回|The project stands at "{state}": nothing can be granted or noted any more; please refuse the change or take it back
change_needs_new_leader|请选择本单位另一位账号已确认的人作为新的负责人|Please choose somebody else of the unit, whose account is confirmed, as the new leader
extension_asked_too_late|延期最迟在{until}以前申请，现在已经过期|An extension can be asked for until {until}; that day has passed
extension_needs_an_end|请填写新的结束日期，须晚于{end}|Please give the new end, later than {end}
extension_beyond_most|新的结束日期须晚于{end}，最迟{last}|The new end must be later than {end} and no later than {last}
change_never_allowed|不能这样变更：{because}|This change is never allowed: {because}
changed_what_was_not_asked|补正只能改要求的部分，请恢复：{fields}|A correction may change only what was asked for; please restore: {fields}
checkpoint_forged|检查点的签名不对|The signature of a checkpoint is wrong
child_still_open|还有没办结的{flows}，办结后再继续|{flows} is still open; finish it first
co_funders_missing|还有 {count} 个联合资助方没有确认出资|{count} co-funders have not confirmed their share
columns_differ|这些栏目与最后一次提交的不同：{columns}|These columns differ from what was filed last: {columns}
columns_twice|这些列出现了不止一次，不知道以哪一列为准，请只留一列：{columns}|These columns stand there more than once; leave one of each: {columns}
row_twice|编号 {got} 在第 {first} 行已有，同一编号只能有一行|{got} stands in row {first} already; a number stands once
paid_beyond_amount|已拨 {paid} 多于资助 {amount}|{paid} paid is more than the {amount} granted
no_such_institution|没有已确认的专业机构叫“{name}”|No confirmed institution is called “{name}”
columns_missing|表里缺少这些列：{columns}|The table lacks these columns: {columns}
commitment_is_no_digest|{parties} 的承诺值不是六十四位十六进制|The commitment of {parties} is not sixty-four hexadecimal digits
commitments_too_few|承诺方不少于 {least} 个，其中一个是监督处|There must be at least {least} committing parties, one of them supervision
confirmed_already|这一份已经由第二人确认过|This has been confirmed by a second person already
contract_entered_already|合同编号 {number} 已经登记过|The contract {number} has been entered already
contract_incomplete|请填写合同编号、所托计划和起止日期，终止不得早于起始|Please give the number, the plans and both dates of the contract; it cannot end before it begins
deliverables_missing|最终材料缺少：{names}，请逐项附上|Missing from the final file: {names}; please enclose each of them
dates_missing|请先填写开放、单位截止和推荐截止时间|Please enter the opening time and both deadlines first
dates_out_of_order|时间次序不对：开放、单位截止、推荐截止须依次在后|The dates are out of order: opening, units' deadline, recommenders' deadline
decision_differs_from_proposal|决定与审核过的建议不一致，请先改建议|The decision differs from the proposal that was checked; change the proposal first
departure_without_reason|不按排序的建议须写明理由|A departure from the rank order needs a written reason
dice_are_cast|骰子已经掷出：不能再封存、重掷或中止，只有一次抽取|The dice are cast: nothing is sealed, cast again or aborted any more; there is one draw
dice_not_cast|还没有当众掷骰|The dice have not been cast in public yet
dice_too_few|公开随机数不少于 {least} 位|The public dice need at least {least} digits
diligence_not_shown|请附勤勉尽责说明和原始记录|Please enclose the statement of diligence with original records
document_edited|文书 {document} 被改动过|Document {document} was edited
document_missing|没有这份文书|There is no such document
draft_is_newer|这一部分在别处刚刚保存过；两份都在，请对照后选择|This part was just saved elsewhere; both texts are kept, please compare and choose
draw_not_frozen|还没有冻结名单、规则与评分，请先冻结|Pool, rules and scores are not frozen yet; freeze them first
encoding_unclear|看不出文件的编码，请另存为 UTF-8 再传|The encoding of the file is unclear; please save it as UTF-8
end_before_start|结束时间{end}早于开始时间{start}|The end {end} lies before the start {start}
entry_checked_already|这一笔已经核对过|This entry has been checked already
entry_made_already|文号 {number} 已为同一用途登记过|The document {number} has been entered for the same purpose already
entry_needs_amount|请填写金额；到位资金须大于零|Please give an amount; money received must be above zero
entry_needs_document|请填写文号和文件日期|Please give the number and the date of the document
entry_needs_plan_and_year|请填写计划代码和年度|Please give the code of the plan and the year
evaluated_already|{year}年已经评价过|The year {year} has been evaluated already
evaluation_incomplete|请选择等次并写明意见，不少于{least}字|Please choose a grade and give an opinion of at least {least} characters
evidence_not_confirmed|记录{records}不在登记中，或还没有由另一方确认|The records {records} are not in the register, or not confirmed by the other side yet
evidence_used|记录{records}已用于另一申请，同一方只能用一次|The records {records} are used by another claim; each side uses a record once
experts_short|{groups}：{of}还缺 {missing} 名{kind}专家{where}|{groups}: {missing} more {kind} experts needed for {of}{where}
figures_missing|所选记录的数据不全，还不能核算，请先补齐登记|Figures of the records are missing, so that nothing can be computed; please complete the registers first
file_encrypted|文件加了密码，请去掉密码再传|The file is locked by a password; please remove it and send the file again
file_active|文件含宏、脚本、外部链接或会自动取数的域，请去掉后再传（可另存为普通 PDF）|The file holds macros, scripts or fields that fetch from elsewhere; please remove them, or save it as a plain PDF
file_unsafe|文件里夹着别的文件：可执行程序、套着的压缩包、指向外面的名字，请只打包需要的材料|The file carries something else: a program, an archive inside an archive, a name that leads out; please pack only what is needed
file_unpacks_too_big|文件展开后过大或内含文件过多，请拆分|The file becomes too large, or too many files, when it is unpacked; please split it
image_too_large|图片超过 {most} 百万像素，请缩小后再传|The image has more than {most} million pixels; please make it smaller
file_empty|文件是空的，请重新选择|The file is empty; please choose again
file_keeps_names|这个文件去不掉作者信息，匿名评审中不能打开，请告知项目专员|The names in this file cannot be taken out, so it stays shut in a blind review; please tell the project officer
file_kind_not_taken|不接收 .{ending} 文件，可以用：{taken}|.{ending} files are not taken; use one of {taken}
file_missing|找不到文件 {name}|There is no file {name}
file_not_what_it_says|文件内容与后缀 .{ending} 不符，请另存为正确的格式|The content is not what the ending .{ending} says; please save it in the right format
file_too_costly|文件打开得太慢或占用太多内存，请另存为普通表格再传|The file costs too much time or memory to open; please save it as a plain table
file_too_large|文件超过 {most} MB，请压缩或拆分|The file is larger than {most} MB; please compress or split it
formula_without_value|工作簿中有公式没有算出结果：请用 Excel 或 WPS 打开、保存后再上传，或把公式粘贴为数值|A formula in the workbook has no value: open and save it with Excel, or paste it as a value, and send it again
clue_screened_already|这条线索已经初核过|This clue has been screened already
finding_settled|这条核查结果已经有人判断过|Somebody has already judged this finding
findings_open|还有核查结果没有判断：{checks}|Findings still wait for an officer's word: {checks}
flow_unsound|流程有问题，第一处在 {first}；请用 kechuang check 查看并改正|The flow is unsound, first at {first}: see kechuang check and mend it
goals_lower_than_applied|任务书的目标低于申报书：{goals}|These goals are lower than applied for: {goals}
site_not_visited|计划页要求现场考察，请先安排考察并提交考察意见和照片|The page asks for a visit to the site; please order it and wait for its report
visit_of_another_size|现场考察组应为{wanted}人，写了{named}人，请按计划页填写|A visit is made by {wanted} experts and {named} were named; please name as many as the page says
visit_without_kinds|现场考察组缺少计划页规定的专家类型，请调整|The visit lacks a kind of expert that the page asks for; please name others
co_funder_owes|{title}承诺的出资还欠{fen}，已过期限，到位前不能确认新的批次|{fen} of the share promised for {title} is overdue; no other round can be agreed to before it has come in
co_funder_owes_here|本批次联合资助方出资未足额到位：{names}|Co-funders of this round have not paid their share in full: {names}
called_to_panel|按计划页这一项要上会评审，不能只按网络评审汇总|By the page this project comes before the panel; it cannot be closed on the mail review alone
not_called_to_panel|网络评审名次在规定的上会范围之外，不能上会|By its marks of the mail review this project does not come before the panel
group_small|第{group}组只有{there}项，页面规定每组不少于{least}项，分数难以比较|Group {group} has only {there} projects; the page wants {least} at least, or marks are hard to compare
recommenders_gap|推荐截止应晚于单位截止{least}至{most}日，请改批次日期|Recommenders close {least} to {most} days after the units; please change the dates of the round
group_full|{group}已满 {most} 项，请另设一组|{group} already has {most}; please open another group
group_not_in_ceremony|“{group}”不在这次抽取仪式冻结的名单里|"{group}" is not among the groups frozen in this ceremony
group_quota_impossible|{group}达不到最低立项数 {least}|{group} cannot reach its least number {least}
groups_open|还有 {count} 件没有评完|{count} cases are still being read
has_a_share|这一件在预算内有应得金额，不能按预算不足处理|This claim has a share of the budget; it cannot be cut off
head_accepts_own_part|课题由项目负责人验收，课题负责人须是其他人|The leader accepts the result of a sub-project; its head has to be somebody else
head_missing|第一行没有列名|The first row has no column names
institution_failed|{institution}{year}年度评价不合格，不能再承担新批次|{institution} failed its evaluation of {year} and may run no new round
invoice_there|合同“{contract}”的发票{invoice}已经登记过付款，请核对，不要重复登记|A payment with invoice {invoice} of contract “{contract}” is there already; please check, and do not enter it twice
key_used_for_other_data|这次提交与之前同一编号的提交内容不同，请刷新页面后重新办理|The same key came with other data before; please reload the page and act again
kind_short|{kind}类专家不够：需要 {need} 人，只有 {have} 人|Too few {kind} experts: {need} needed, {have} there
leader_has_overdue|负责人有逾期未验收的项目，请先验收|The leader has an overdue project; it must be accepted first
leagues_missing|参加分配的盟市应有{wanted}个，现有{there}个，缺一个都不能核算|{wanted} leagues share and {there} have handed in; nothing is computed while one is missing
log_differs_from_checkpoint|日志与签名的检查点不一致|The log differs from its signed checkpoint
mark_outside|“{criterion}”按申请数据只能在{low}到{high}分之间|By the figures of the file “{criterion}” can only be {low} to {high} points
change_needs_members|请写明谁加入、谁退出|Please name who joins or who leaves
change_needs_partners|请写明哪些参与单位加入、退出或调整份额|Please name which partner units join, leave or have another share
partner_unit_unknown|有的单位没有登记、没有确认或写了两次|A unit is not registered, not confirmed, or named twice
partner_is_applicant|承担单位不能同时是参与单位|The unit that undertakes the project cannot be its partner
not_a_partner_yet|不是现有参与单位，不能退出：{names}|Not a partner, so it cannot leave: {names}
partner_below_passed|份额不能少于已转拨的{passed}：{name}|The share cannot be less than the {passed} passed on already: {name}
partner_has_part|仍承担课题，不能退出：{names}|Still carries a sub-project, so it cannot leave: {names}
change_needs_targets|请写明哪些指标改成什么|Please name which targets become what
target_named_twice|同一指标写了两次：{names}|Named twice: {names}
not_a_target|现有考核指标中没有：{names}|Not among the targets: {names}
target_without_value|请写新的完成值：{names}|Please give the new value of: {names}
target_not_a_number|原为数值的指标，新值也须是数字：{names}|What was a number stays a number: {names}
goals_lower_a_target|取消或降低指标须申请“降低考核指标”，由厅务会决定：{names}|To drop or lower a target, ask for “Indicator lowered”, which the department decides: {names}
no_target_left|至少保留一项考核指标；原有核心指标的，至少保留一项核心指标|At least one target must stay, and a core one where there was one
change_needs_new_unit|请选已确认、可承担项目的另一单位|Please choose another unit that is confirmed and may carry projects
new_unit_is_partner|{name}现为参与单位，请先以参与单位变更退出|{name} is a partner now; let it leave by a change of partners first
leader_not_of_new_unit|负责人须是{name}的人员：先办理调入，或写明该单位的新负责人|The leader must be one of {name}: let them come over first, or name a new leader of that unit
payment_not_confirmed|还有一笔拨款没有确认到账，请原单位先确认|A payment is not confirmed yet; the unit it was ordered to confirms it first
rest_not_all|应移交结余{left}，只有已转拨合作单位的至多{ceiling}可以不移交；填写的是{said}|{left} is left to hand over, less at most {ceiling} that lies with partners; {said} was entered
rest_differs|登记移交{ordered}，填写的是{said}，请按到账凭证核对；金额不符的请原单位重新登记|{ordered} was entered as handed over, {said} here; check the bank's slip, or let the former unit enter it anew
rest_not_arrived|原单位的结余经费还没有确认移交，现在不能填报财政资金支出、转拨、结算或再次变更承担单位|The rest from the former unit is not confirmed yet; until then no fiscal money is spent, passed on or settled, and the project moves to no other unit
change_needs_budget|请写明调整后的预算，且须与现行预算不同|Please say what the budget becomes; it must differ from the one in force
no_budget_lines|本项目没有分科目预算（包干制或接转项目），不需也不能办理科目调剂|This project has no budget by classes (a lump sum, or taken over): there is nothing to move between them
budget_class_twice|同一科目写了两次|A class is named twice
budget_of_another_change|这类变更只能动它所管的科目，总额不变；其他调整请另提相应的变更|This kind of change moves its own classes alone and leaves the totals; please ask for the change that the rest needs
total_never_rises|财政资金总额只能调减：现为{total}，申请{wanted}|The fiscal total can only go down: it is {total}, asked for {wanted}
indirect_never_rises|间接费用不得调增：现为{indirect}，申请{wanted}|Indirect cost never rises: it is {indirect}, asked for {wanted}
only_indirect_down|间接费用调减须减少间接费用，减下的用于直接费用，其他科目不得减少|This change lowers the indirect cost; what is saved goes to direct cost, and no other class goes down
budget_does_not_add_up|各科目财政资金合计{lines}，须等于财政资金总额{total}|The fiscal classes add up to {lines}; they must make the fiscal total of {total}
own_does_not_add_up|各科目自筹及其他资金合计{lines}，须等于{own}|Own and other money by classes adds up to {lines}; it must make {own}
indirect_above_band|调整后间接费用{wanted}超过核定比例，最多{ceiling}；请一并调减间接费用或少调设备费|The indirect cost of {wanted} would be above its bands, at most {ceiling}: lower it first, or move less to equipment
total_below_shares|调整后总额{wanted}须大于已分给参与单位、课题的{given}；请先调整其份额|The total of {wanted} must stay above the {given} given to partners and sub-projects; change their shares first
class_below_spent|{name}已支出{spent}，不能调到{wanted}|{spent} of {name} is spent already; it cannot become {wanted}
total_below_paid|已拨付{paid}，财政资金总额不能调到{wanted}；多拨的在结算时退回|{paid} is paid already; the total cannot become {wanted}. What is left over goes back at settlement
already_in_team|已经在项目组里：{names}|Already on the project: {names}
not_in_team|不是项目组成员：{names}|Not members of the team: {names}
joiner_beyond_limits|{name}加入后超过限项|{name} would then join more projects than allowed
joiner_reviews_here|拟加入的人中有人按规定须回避，不能加入|Somebody who is to join must stay away from this project by the rules of recusal
unit_consented_already|本单位已经答复|The unit has answered already
units_not_consented|尚未同意的单位：{names}。须由各单位登录办理“本单位同意”|Units that have not consented: {names}. Each signs in and consents itself
members_not_consented|还没有本人登录同意的：{names}|Not yet consented by their own login: {names}
names_after_award|立项决定之后才能看到专家姓名|Names of experts can be seen only after the award
neither_yes_nor_no|请写“是”或“否”|Please write yes or no
no_award|还没有资助决定|There is no award yet
no_decision_in_force|没有生效的诚信处理决定 {number}|There is no integrity decision {number} in force
no_figures_on_record|登记中没有可用的数据，请先填报并确认|There are no usable figures on record; please enter them and have them confirmed first
no_file_chosen|还没有选择文件|No file has been chosen
no_group_waits|没有等待这一步的组，或所说的组不在其中，请核对|No group waits for this step, or the one named is not among them; please check
no_instalment_due|现在没有可以拨付的期次|No instalment is due now
no_office|{who}不是主管部门、专业机构或归口管理部门|{who} is no department, institution or recommending office
no_places|没有可用的席位|There are no seats
not_a_partner|任务书里没有这个合作单位，可以转拨的单位：{names}|The task book has no such partner; money may be passed on to: {names}
passed_on_later_than_today|转拨日期不能晚于今天|The day cannot be later than today
beyond_partner_share|超过任务书中该单位的经费{share}：已转拨{passed}，本次{wanted}|Beyond the share of {share} that the task book gives this partner: {passed} passed on, {wanted} wanted
passed_more_than_received|转拨合计{passed}超过已到账{received}|{passed} passed on is more than the {received} received
no_quorum|到会人数不够：至少 {least} 人，只有 {sat} 人|No quorum: at least {least}, only {sat} sat
no_subject_code|没有填学科代码，请判断能否分组|No subject code is given; please judge whether it can be grouped
no_such_change|没有这类变更|There is no such kind of change
no_such_cost_class|没有“{kind}”这个科目|There is no cost class {kind}
no_such_funder|请选择一项还没有付清的承诺|Please choose a promise that is not wholly paid
no_such_programme|请选择这些项目属于哪个计划|Please choose the programme these projects belong to
no_such_quota_document|没有登记过资金指标文件 {number}，请核对文号|No quota document {number} is registered; please check the number
no_such_report|没有这种报告|There is no such report
no_such_round|没有代码为“{given}”的批次|There is no round with the code "{given}"
no_such_row|“{register}”中没有“{got}”|“{register}” has no “{got}”
not_awarded_yet|“{state}”还没有立项：只接收已经立项的项目，没有立项的请在原系统办完，或在新批次里申报|“{state}” comes before the award: only projects that were funded are taken over; others end where they began, or apply in a new round
no_such_state|流程里没有这些状态：{states}|The flow has no such states: {states}
no_such_unit|没有已确认的单位用这个信用代码（{number}），请先由单位注册|No confirmed unit has this credit code ({number}); the unit registers first
no_title_given|还没有发过证书，没有资格可以取消|No title was given that could be withdrawn
nobody_drawn|还没有抽取专家|No experts have been drawn yet
nobody_left|备选专家已用完，请补充专家库后重新抽取|Nobody is left in the drawn order; enlarge the pool and draw again
nobody_named|没有找到对方：请写姓名与单位（如“巴图 内蒙古大学”）、单位全称或编号|Nobody found: give the name with the unit, the full name of a unit, or the number
year_of_coauthors|年份只用于共同署名成果，写 {least} 至 {most} 年|The year is for works published together: from {least} to {most}
nobody_of_that_name|没有找到这个人，请核对姓名和单位|Nobody of that name was found; please check name and unit
not_a_choice|不在可选的范围内，请按表头说明填写|This is none of the choices; please see the notes on the columns
not_a_day|日期请写成2019-03-01|Please write the day as 2019-03-01
not_a_month|不是年月，请写成 2018-01|No month; please write it as 2018-01
not_a_percentage|请写0至100之间的百分数，如 15 或 15%|Please write a percentage from 0 to 100, such as 15 or 15%
not_a_table|这不是能读的表格文件|This is no readable table
not_a_whole_number|请写不带小数的数字|Please write a whole number
not_a_year|不是年份，请写四位数字|No year; please write four digits
not_an_amount|不是金额，请写数字，精确到分|No amount; please write a number, exact to the fen
not_computed|还没有核算|Nothing has been computed yet
not_delegated|{institution}没有覆盖本计划的有效委托合同，请先登记并确认合同|{institution} has no contract in force for this plan; please enter and confirm one first
not_in_pool|所指定的人不都在专家库中，或信用等级不合格|Not everyone named is in the pool with good credit
not_pending|这条申请已经办过|This entry has been dealt with already
not_seated|你不在这一组评审席位中|You have no seat in this panel
money_on_its_way|还有已经释放、经办或拨付在途的资金，到账确认后再结算|Money is free, prepared or on its way; please settle when its receipt is confirmed
not_settled|还有{due}没有退回|{due} is still to be returned
not_the_buyer|合同“{contract}”的付款方是{buyer}，请核对付款单位|The buyer of contract “{contract}” is {buyer}; please check who paid
not_yours_to_confirm|“{register}”的这一行不由你确认|This row of “{register}” is not yours to confirm
not_yours_to_enter|你不能为这个单位填报“{register}”|You may not enter rows of “{register}” for this unit
not_yours_to_file|你不是这个单位的经办人，不能存档|You hold no office in this unit and cannot file for it
nothing_asked|申请金额须大于零|The amount asked must be more than nothing
settled_already|这个项目已经结算，不能再填报支出|This project is settled already; no more spending can be reported
nothing_prepared|没有待复核的拨款|No payment waits to be checked
nothing_to_batch|没有等待制作支付文件的拨款|No payment waits for a file
nothing_to_confirm|没有待确认的到账|No payment waits to be confirmed
nothing_to_pay|没有可以列入批次的拨款|No payment can go into a batch
notice_not_running|现在不在公示期内|The notice is not running
notice_still_runs|公示到{last}结束，期满后才能决定|The notice runs until {last}; decide when it is over
number_taken|编号{number}已经发给另一单位|The number {number} belongs to another title
objection_open|还有 {count} 件异议没有答复|{count} objections are unanswered
needs_new_close|截止时间（{closes}）已过，请填写恢复之后的新截止时间|The closing time ({closes}) has passed; please give a new one after the round goes on
round_not_reviewed_now|这个批次现在不在评审中|This round is not in review now
not_a_rolling_round|只有滚动批次可以这样截止，其他批次到截止时间自动截止|Only a rolling round is ended like this; others close at their deadline
not_a_rolling_programme|这个计划不设滚动批次，请填写截止时间|This programme has no rolling rounds; please give the deadlines
rolling_has_no_deadline|滚动受理不设截止时间，请清空两个截止时间，或不选滚动受理|A rolling round has no deadline; please clear both, or do not choose rolling
only_later|新的截止时间须晚于原定时间|The new closing time must be later than the old one
pages_change_the_competition|修订改动了竞争时已经固定的部分：{parts}，只能改决定之后的办理规则|The revision changes what was fixed for the competition: {parts}; only what follows the decision may change
pages_unchanged|现行版本与本批次固化的页面相同，没有可以改用的修订|The edition in force says what the frozen pages say; there is no revision to move to
pages_unsound|办事规则有 {count} 处问题，第一处在 {first}；请用 kechuang check 查看并改正|The pages have {count} faults, the first at {first}: see kechuang check and mend them
paid_beyond_contract|合同“{contract}”核定的技术交易额只剩 {left} 未登记付款，请核对金额或合同|Of the technology part of contract “{contract}” only {left} is left to be paid; please check the amount or the contract
panel_barren|{group}：{of}需要 {need} 名，只有 {have} 名可用|{group}: {need} {of} are needed, {have} can be had
panel_short|能到席的专家不够：需要 {need} 人，只有 {have} 人|The panel cannot be filled: {need} needed, {have} there
paper_not_set|文书排版失败，请稍后再试或联系系统管理员|The paper could not be typeset; please try again later
parent_not_here|原办件处于“{state}”，现在不能办{flow}|The case stands at “{state}”; {flow} cannot be opened now
party_has_sealed|{parties} 已经封存过承诺|{parties} has sealed a commitment already
password_of_digits|密码不能只用数字，请加上字母|A password of digits alone is too easy to guess; please add letters
password_too_short|密码不足十位，请再长一些|A password has at least ten characters; please choose a longer one
passwords_differ|两次输入的密码不一样，请重新输入|The two passwords differ; please type them again
payments_stopped|这个项目已停止拨款|Payments of this project are stopped
person_already_registered|这个身份证件号码已经注册过，请直接登录或找回密码|This identity number already has an account; sign in or ask for a new password
person_under_sanction|{who}在科研失信惩戒期内，至{until}|{who} is under sanction until {until}
policy_refuses|不符合政策条件|A condition of the policy does not hold
places_short|需要 {need} 席，只排得出 {have} 席，还缺 {missing} 人|{need} seats are needed, {have} can be filled: {missing} more experts are needed
pool_not_frozen|专家库还没有固化，请先启动评审|The pool is not frozen yet; begin the review first
pool_too_small|专家不够：需要 {need} 人，回避后只有 {have} 人|The pool is too small: {need} needed, {have} left after recusal
powers_apart|你已在这一件上行使过另一项职权，规划、实施、监督不能由同一人办理|You have already used another power on this case; planning, execution and supervision are kept apart
promises_missing|还有 {count} 位专家没有签署承诺|{count} experts have not signed their promise
quota_already_entered|文号 {number} 已经登记过|The document {number} has been entered already
quota_needs_number_and_amount|请填写文号和大于零的金额|Please give the number and an amount above zero
quota_used_up|名额已用完：最多 {most} 项|The quota is used up: {most} at most
quota_used_up_money|资金指标文件 {number} 剩余{left}，不够本次{wanted}|Quota document {number} has {left} left, {wanted} is wanted
quotas_clash|各项名额要求互相矛盾|The quotas contradict each other
real_cases_here|这里有真实办件，不能在这个数据目录里演练|Real cases lie here; rehearse in another data folder
receipt_differs|回执 {document} 与台账不一致|Receipt {document} differs from the ledger
pages_edited|冻结的办理规则与其摘要 {digest} 不符|The frozen pages are not those of their digest {digest}
pages_exchanged|所依据的办理规则为 {found}，台账记录为 {recorded}|The pages in force are {found}, the ledger says {recorded}
receipt_unknown|台账中没有这份回执的记录|The ledger has no record of this receipt
recused|你与这一件有回避关系|You are recused from this case
refund_beyond_due|超过应退金额，还应退{due}|More than is due: {due} is still to be returned
related_party|记录{records}的另一方与申请单位有关联关系|The other side of the records {records} is related to the claimant
report_missing|请先填写报告再提交|Please fill in the report first
results_not_registered|请先登记成果并填写登记号|Please register the results and enter their number
return_needs_reason|请写明退回的理由|Please say why it is sent back
reveal_is_not_what_was_sealed|{parties} 揭示的密语与封存的承诺不符|What {parties} revealed is not what was sealed
reveals_do_not_match|公开的承诺与封存的不一致|What was revealed does not match the commitments
reveals_missing|{parties} 还没有揭示；到 {until} 仍未揭示的，按事先约定的固定词代替|{parties} has not revealed yet; from {until} on, the word fixed beforehand takes its place
role_ends_before_it_begins|角色的截止日早于今天，请改日期|The role would end before today; please change the date
roles_apart|这两个角色不能由同一人担任：{zh}|These two roles cannot be held by one person: {en}
round_closed|{round}已于截止时间停止接收|{round} has closed
round_code_of_others|批次代码 {code} 已被别的机构使用，请换一个代码|The code {code} is used by another office; please take another one
round_code_taken|批次代码 {given} 已经用过，请换一个|The round code {given} is taken; please choose another
row_cancelled|“{name}”已经作废|“{name}” was cancelled
row_confirmed|“{name}”已经确认，内容不同；要更正请先由确认方作废|“{name}” is confirmed and says something else; whoever confirms it must cancel it first
reform_changes_nothing|方案与现行规定相同，没有可保存的；请先调整一个参数|This reform is what holds today; move a parameter before keeping it
reform_needs_name|请给方案起一个名字，不超过{most}个字|Please give the reform a name of at most {most} characters
reform_value_wrong|{what}的值写得不对，请写数字|The value of {what} is not right; please write a number
row_does_not_add_up|“{name}”的数字互相矛盾（部分大于总数，或不该为负），请核对|The figures of “{name}” contradict each other (a part above its whole, or below zero); please check them
row_missing|台账中有记录，办件却不在了|There are records, but the case is gone
row_without_record|有这一件，台账中却没有它的记录|The row stands here without a record
not_yours_to_rectify|只有办理这一步的岗位可以提出更正|Only the office that took this step may ask to put it right
no_such_username|没有这个登录名，请核对|There is no such sign-in name; please check it
merge_needs_another|提出的人不能自己确认，请另一名工作人员办理|Whoever asked cannot confirm it; another officer has to
nothing_to_rectify|这一步没有可以更正的文字|This step holds no words that can be put right
say_why_to_rectify|请写明为什么更正，至少 {least} 个字|Please say why, in at least {least} characters
rectified_is_the_same|新内容与原内容相同，无须更正|The new words are the same as the old
rectify_already_asked|这一项已有人提出更正，等另一人确认|A correction of this is already waiting for a second person
rectify_needs_another|更正须由同一方的另一人确认|A second person of the same side has to confirm
say_why|请写明理由，至少四个字|Please say why, in at least four characters
same_team_elsewhere|同一团队另有 {count} 件在申报或在研|The same team has {count} other cases that are pending or running
science_report_missing|请先取得科技报告编号|The number of the S&T report is missing
score_not_reached|最近一次核算的结论不是“符合”，不能列入拟认定名单|The last computation did not come to “passed”; it cannot be proposed
sealed_the_same|两方封存的承诺值相同，请各自另拟密语|Two parties sealed the same value; each needs a secret of its own
second_for_another|第二人须是{role}|The second person must be a {role}
second_missing|这一步需要{role}同时见证|This step needs a {role} as a witness
second_person_missing|这一步需要{role}先见证确认|This step needs the word of a {role} first
secret_too_short|承诺用的随机串不少于 {least} 个字符|A committed secret needs at least {least} characters
settlement_does_not_add_up|结算不平：收到{received}，支出{spent}，留用{keep}，退回{refund}|The settlement does not add up: {received} received, {spent} spent, {keep} kept, {refund} to return
shares_beyond_award|课题经费合计超过资助额{award}：已分{given}，本次{wanted}|The shares exceed the grant of {award}: {given} given, {wanted} wanted
sheet_already_filed|这份评审表已经提交过|This sheet has already been filed
sheets_missing|评审表不够：至少 {least} 份，只有 {filed} 份|Too few sheets: at least {least}, only {filed} filed
site_not_checked|计划要求验收前现场核查，请先记下现场核查情况|The programme asks for a check on the site; please record it before acceptance is passed
spent_more_than_received|财政支出{spent}超过已到账{received}|{spent} spent is more than the {received} received
state_differs|状态是“{row}”，台账最后一步到“{recorded}”|The state is {row}, the last record led to {recorded}
states_would_be_lost|修订后的流程里没有这些办件所处的状态：{states}|The revised flows lack states in which cases lie: {states}
subprojects_never_opened|申报书所列课题没有设立过：{names}，请在验收意见中说明|Sub-projects that the application lists were never opened: {names}; the acceptance must speak of them
subprojects_not_passed|没有通过的课题：{names}，请在验收意见中说明|Sub-projects that have not passed: {names}; the acceptance must speak of them
supervision_seals_itself|监督处的承诺由监督处自己封存和揭示|Supervision seals and reveals for itself
table_has_no_rows|表里只有列名，没有数据|The table has a head and no rows
table_too_large|表格超过 {most} MB，请拆分|The table is larger than {most} MB; please split it
table_too_many_rows|表格超过 {most} 行，请拆分|The table has more than {most} rows; please split it
targets_not_reached|完成的考核指标达不到计划规定的比例，不能通过验收|Fewer targets are reached than the programme asks for; the project cannot be passed
sign_own_name|请键入本人姓名“{name}”，或上传盖章的扫描件|Type your own name, {name}, or upload a scan of the stamped copy
task_book_missing|还没有任务书，不能签字；请由专业机构退回后填写|There is no task book to sign yet: the institution sends it back to be filled in
task_book_signed|任务书已由负责人签字，不能再改；要改请由专业机构退回任务书|The leader has signed the task book; to change it the institution returns it first
task_book_money_differs|任务书金额{written}与资助额{award}不一致|The task book says {written}, the award is {award}
team_elsewhere|同一批次里有相同的成员：{cases}|The same people stand in other cases of this round: {cases}
term_beyond_level|这一档最长 {most} 年，请改终止日或档次|At this level the term is {most} years at most; please change the last day or the level
term_below_level|这一档最短 {least} 年，请改终止日或档次|At this level the term is {least} years at least; please change the last day or the level
term_without_end|这一档须写明终止日|At this level the last day has to be said
term_runs_backwards|终止日早于起始日，请改正|The term ends before it begins; please correct it
section_found_elsewhere|有一部分约 {share}% 的文字在别处出现过，请对照判断|About {share}% of one section stands elsewhere; please compare and judge
text_rewritten_elsewhere|另有约 {share}% 的内容换了说法，与别处意思相近，请对照阅读（不计入重复率）|About {share}% more is said elsewhere in other words; please read both (it does not count as shared)
goal_found_elsewhere|目标任务约 {share}% 与另一件相同，请判断是否同一目标|About {share}% of the goals stand in another case; please judge whether it is the same goal
budget_item_twice|同一预算项目出现两次：{names}|The same budget item stands twice: {names}
file_is_scan|附件“{name}”是扫描件，没有文字层，不能参加文本比对|The attachment “{name}” is a scan without text and cannot be compared
text_found_elsewhere|约 {share}% 的文字在别处出现过，请对照判断|About {share}% of the text stands elsewhere; please compare and judge
text_too_short|文字太短，无法比对|The text is too short to compare
title_taken|已有同名的项目：{title}|A project of the same title exists: {title}
told_edited|办理时填写的内容被改动过|What was said in an act was edited
too_many_named|申请回避的专家最多 {most} 名|At most {most} experts may be named
topic_names_a_unit|方向里写了具体单位：{names}，请改成任何合格单位都能申请的写法|The topic names a unit: {names}; word it so that any qualified unit may apply
topic_not_in_guide|{topic}不是指南里的方向|{topic} is no topic of the guide
tracking_not_over|跟踪期 {years} 年未满，已有 {filed} 份年度绩效|Tracking takes {years} years; {filed} yearly reports are in
unit_already_registered|{got}已经登记过，请联系该单位管理员加入|{got} is registered already; please ask that unit's administrator to let you join
unit_has_overdue|本单位有 {count} 个逾期未验收的项目|The unit has {count} overdue projects
unit_in_two_regions|同一单位登记在两个地区：{units}|One unit stands in two regions: {units}
unit_not_confirmed|{who}还没有由归口管理部门确认|{who} is not confirmed by its recommender yet
unit_not_found|没有找到单位“{got}”，请填写全称或统一社会信用代码|No unit “{got}” was found; please give its full name or credit code
unit_under_sanction|{who}在科研失信惩戒期内，至{until}|{who} is under sanction until {until}
unknown_credit|请选择信用等级|Please choose a credit
unknown_kind|请选择类别|Please choose a kind
username_taken|账号名 {username} 已有人用，请换一个|The name {username} is taken; please choose another
works_here_already|{name}已经在本单位|{name} works here already
weak_password|密码太容易猜到，请换一个|The password is too easy to guess; please choose another
why_assigned|必定入选：他的分值高于这一席和这个人的影子价格|Certain to sit: worth more than the prices of the seat and of the expert
why_drawn_with_chance|以 {chance} 的概率入选|Sits with a chance of {chance}
why_no_places|这一批次的评审组数或本年度的批次数已满|Has as many groups of this round, or rounds of this year, as one may have
why_not_a_candidate|不是候选：有回避关系，或类别、学科不符，或须轮换|No candidate: recused, of another kind or discipline, or at rest
why_not_drawn|入选概率是 {chance}，这一次没有抽中|Had a chance of {chance} and was not drawn
why_quota|分值 {value}，够得上这一席（{seat}）和本人（{place}）的价格，但受单位、地区或区外名额限制（{quota}）|Worth {value}, enough for the prices of the seat ({seat}) and the expert ({place}), but kept out by a quota of unit, region or outside ({quota})
why_worth_less|分值 {value}，低于这一席的价格 {seat} 加本人的价格 {place}|Worth {value}, less than the price of the seat ({seat}) and of the expert ({place})
witness_cut|存证文件夹 {folder} 被截短|The witness folder {folder} was cut
witness_differs|存证文件夹 {folder} 第 {line} 行与其他不同|Line {line} of the witness folder {folder} differs
witness_knows_more|存证里的日志比这里长，数据可能是旧备份|The witness holds a longer log than this; the data may be an old backup
witness_missing|找不到存证文件夹：{folders}|No witness folder: {folders}
witness_unreadable|存证文件读不出来|A witness file cannot be read
word_too_short|判断意见太短，请写清楚依据|The word is too short; please say on what it rests
year_beside_start|批准年度 {year} 与开始年度 {start} 对不上|The approval year {year} does not fit the start in {start}
year_not_in_register|企业年度数据中没有{year}年，请先填报|The register of yearly figures has no {year}; please enter it first
year_reported|{year}年度的报告已经填报过|The report of {year} has been filed before
"""

SAID: Final[dict[str, tuple[str, str]]] = {
    code: (zh, en) for code, zh, en in (line.split("|") for line in _TABLE.strip().splitlines())
}
