"""What can go wrong in the life of a project (lifecycle, section 3), where the year plays it, and how often it did."""

from __future__ import annotations

from dataclasses import dataclass

from kechuang.casework.models import Attempt, Record


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing that goes wrong: the row of the lifecycle, the scene that plays it, and the act that shows it in the records.

    With `code` it shows as an attempt that was refused for that reason; then nothing but the attempt is left.
    """

    name: str
    row: str
    scene: str
    act: str
    code: str = ""

    def played(self) -> int:
        """How often it happened, by the records or by the attempts."""
        if not self.code:
            return Record.objects.filter(act=self.act).count()
        told = Attempt.objects.filter(act=self.act).values_list("reasons", flat=True)
        return sum(any(reason.get("code") == self.code for reason in reasons) for reasons in told)


FAILURES = (
    Failure("incomplete", "P01→P02", "applying.comes_late", "submit_to_unit", "required"),
    Failure("late", "P01→P02", "applying.stays_late", "submit_to_unit", "round_not_open"),
    Failure("lapsed", "P01→P36", "applying.comes_late", "lapse"),
    Failure("ineligible", "-→P01", "applying.is_too_old", "open", "young_enough"),
    Failure("over_the_limit", "P01→P02", "applying.applies_twice", "submit_to_unit", "nsf_limit"),
    Failure("sanctioned_leader", "-→P01", "applying.is_under_sanction", "open", "leader_honest"),
    Failure("sanctioned_member", "P01→P02", "applying.is_under_sanction", "consent", "person_under_sanction"),
    Failure("returned_by_unit", "P02→P01", "applying.is_sent_back", "return_by_unit"),
    Failure("returned_by_recommender", "P03→P01", "applying.is_sent_back", "return_by_recommender"),
    Failure("withdrawn", "P02…P10→P36", "applying.is_sent_back", "withdraw"),
    Failure("copied", "P05→P07", "applying.is_found_out", "admit", "findings_open"),
    Failure("corrected", "P05→P06→P05", "applying.is_corrected", "correct"),
    Failure("not_corrected", "P06→P05", "applying.is_corrected", "correction_expired"),
    Failure("corrected_once_only", "P05→P06", "applying.is_corrected", "request_correction", "act_already_done"),
    Failure("not_accepted", "P05→P07", "applying.is_corrected", "refuse"),
    Failure("refusal_reopened", "P07→P05", "applying.reopened", "reopen"),
    Failure("refusal_upheld", "P07", "applying.stays_refused", "uphold_refusal"),
    Failure("same_officer", "P07→P05", "applying.reopened", "reopen", "same_person"),
    Failure("expert_declines", "P10→P10", "deciding.experts_leave", "decline"),
    Failure("expert_silent", "P10→P10", "deciding.experts_leave", "replace_silent"),
    Failure("rank_order_left_unsaid", "P14→P15", "deciding.order_is_left", "propose", "departure_without_reason"),
    Failure("not_funded", "P14→P16", "year.decide", "reject"),
    Failure("reserved", "P14→P17", "year.decide", "keep_in_reserve"),
    Failure("reserve_called_up", "P17→P15", "deciding.called_up", "call_up"),
    Failure("reserve_ends", "P17→P16", "year.STEPS", "release_reserve"),
    Failure("objected_to", "P18→P19", "deciding.objected", "object"),
    Failure("academic_objection", "P18→P19", "deciding.objected", "object", "academic_judgement_is_no_ground"),
    Failure("funded_under_objection", "P19", "deciding.objected", "fund", "objection_open"),
    Failure("objection_fails", "P19→P18", "deciding.objected", "dismiss_objection"),
    Failure("objection_holds", "P19→P16", "deciding.objected", "uphold_objection"),
    Failure("anonymous_clue", "P18", "accusing.anonymous", "report_clue"),
    Failure("struck", "P15/P18→P16", "deciding.is_objected_to", "strike"),
    Failure("given_up_before", "P18→P16", "deciding.is_objected_to", "give_up_before"),
    Failure("appealed", "P16", "deciding.appealed", "appeal_decision"),
    Failure("academic_appeal", "P16", "deciding.appealed", "appeal_decision", "academic_judgement_is_no_ground"),
    Failure("decision_upheld", "P16", "deciding.is_appealed", "uphold_decision"),
    Failure("reviewed_again", "P16→P09", "deciding.reviewed_again", "review_again"),
    Failure("task_book_returned", "P21→P20", "deciding.stays_unsigned", "return_task_book"),
    Failure("unsigned", "P21", "deciding.stays_unsigned", "warn_unsigned"),
    Failure("given_up_after", "P20/P21→P32", "deciding.stays_unsigned", "give_up_after"),
    Failure("changed", "P22→P23→P22", "stopping.is_changed", "grant_change_by_institution"),
    Failure("change_refused", "P23→P22", "stopping.is_changed", "refuse_change_by_leadership"),
    Failure("change_never_granted", "P23", "stopping.is_changed", "open", "change_never_allowed"),
    Failure("midterm_passed", "P25→P22", "stopping.at_midterm", "pass_midterm"),
    Failure("midterm_returned", "P25", "stopping.assessed", "return_midterm"),
    Failure("failed_midterm", "P25→P24", "stopping.at_midterm", "hold_midterm"),
    Failure("subproject_passed", "P22", "stopping.in_parts", "pass_subproject"),
    Failure("subproject_failed", "P22", "stopping.in_parts", "fail_subproject"),
    Failure("subproject_ended", "P22", "stopping.in_parts", "end_subproject"),
    Failure("shares_beyond_grant", "P22", "stopping.in_parts", "plan_subproject", "shares_beyond_award"),
    Failure("suspended", "P22→P24", "stopping.is_suspended", "suspend"),
    Failure("suspended_unheard", "P22→P24", "stopping.is_suspended", "suspend", "too_early"),
    Failure("payment_while_suspended", "P24", "stopping.is_suspended", "prepare_payment", "act_not_here"),
    Failure("resumed", "P24→P22", "stopping.is_suspended", "resume"),
    Failure("payment_stopped", "P22", "stopping.money_is_stopped", "stop_payment"),
    Failure("stopped_alone", "P22", "stopping.money_is_stopped", "stop_payment", "second_person_missing"),
    Failure("reminded", "P22→P26", "year.STEPS", "remind_end"),
    Failure("came_due", "P22→P26", "year.STEPS", "come_due"),
    Failure("no_science_report", "P26→P27", "ending.passes", "apply_acceptance", "science_report_missing"),
    Failure("final_file_returned", "P27→P26", "ending.passes", "return_final_file"),
    Failure("acceptance_overdue", "P26", "ending.is_not_asked", "acceptance_overdue"),
    Failure("passed", "P27→P29", "ending.passes", "pass_acceptance"),
    Failure("sent_to_repair", "P27→P28", "ending.is_repaired", "send_to_repair"),
    Failure("repaired", "P28→P27", "ending.is_repaired", "resubmit"),
    Failure("repaired_once_only", "P27→P28", "ending.is_repaired", "send_to_repair", "act_already_done"),
    Failure("repair_overdue", "P28", "ending.is_never_repaired", "repair_overdue"),
    Failure("repair_failed", "P28→P31", "ending.fails_repair", "fail_repair"),
    Failure("ended_without_blame", "P27→P30", "ending.is_not_blamed", "close_without_blame"),
    Failure("failed", "P27→P31", "ending.fails_and_passes", "fail_acceptance"),
    Failure("second_group", "P31→P27", "ending.fails_and_passes", "second_group"),
    Failure("failure_upheld", "P31", "ending.fails_repair", "uphold_failure"),
    Failure("termination_asked", "P22→P32", "stopping.duty_is_not_done", "ask_termination"),
    Failure("terminated", "P22→P32", "stopping.ended", "terminate"),
    Failure("inquiry_cleared", "P22", "accusing.cleared", "clear"),
    Failure("sanctioned", "P22", "accusing.decided", "take_effect"),
    Failure("revoked_without_decision", "P22→P33", "stopping.is_revoked", "revoke", "no_decision_in_force"),
    Failure("revoked", "P22→P33", "stopping.is_revoked", "revoke"),
    Failure("refunded", "P30…P33", "running.refunded", "record_refund"),
    Failure("refund_overdue", "P30…P33", "stopping.duty_is_not_done", "refund_overdue"),
    Failure("archived_unsettled", "P32→P35", "stopping.is_terminated", "archive_closed", "not_settled"),
    Failure("tracked", "P29→P34", "ending.tracked", "report_results"),
    Failure("archived_too_early", "P34→P35", "ending.tracked", "archive", "tracking_not_over"),
    Failure("archived", "P34→P35", "ending.tracked", "archive"),
    Failure("archived_closed", "P31…P33→P35", "stopping.is_terminated", "archive_closed"),
    Failure("call_cancelled", "C0→cancelled", "applying.is_cancelled", "cancel"),
)


def played() -> dict[str, int]:
    """How often each failure was played."""
    return {failure.name: failure.played() for failure in FAILURES}


def missing() -> list[str]:
    """Failures that have not been played at all."""
    return [name for name, count in played().items() if count == 0]
