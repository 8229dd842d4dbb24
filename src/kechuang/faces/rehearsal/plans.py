"""What was published of 2018, and how a rehearsed year shares those counts out among the programmes of the book."""

from __future__ import annotations

from dataclasses import dataclass

# 2019 work report of the region's science and technology department, section 1 (the year 2018).
# Assumed, and said so by the command: the 708 lie inside the 1,694 and the 200 inside the 708.
PUBLISHED = {
    "projects": (1694, "一（2）组织实施各类科技计划项目1694项"),
    "fund_projects": (708, "一（4）组织实施708项自治区自然科学基金项目"),
    "joint_projects": (200, "一（4）联合基金项目200项"),
    "joint_institutions": (9, "一（4）与9个自治区高校、科研院所和医疗机构设立联合基金"),
    "central_projects": (26, "一（4）全区26个项目获中央引导地方科技发展专项资金支持"),
    "central_fen": (2_400_000_000, "一（4）争取国拨经费2400万元"),
}
WAN = 1_000_000  # fen in 万元


@dataclass(frozen=True, slots=True)
class Plan:
    """One round of the year: what it funds and how many apply at scale 1.0, and for how much (万元) on which track."""

    programme: str
    title: str
    funded: int
    applied: int
    asked: int
    track: str
    months: int
    young: bool = False
    own: int = 0
    total: int | None = None

    def at(self, scale: float) -> tuple[int, int]:
        """(funded, applied) at `scale`: at least one is funded and two more apply than are."""
        funded = max(1, round(self.funded * scale))
        return funded, max(funded + 2, round(self.applied * scale))

    def grants(self, funded: int) -> list[int]:
        """What each funded project gets, in 万元: the asked amount, or an even share of what was published in all."""
        if self.total is None:
            return [self.asked] * funded
        whole = self.total * funded // self.funded
        return [whole // funded + (number < whole % funded) for number in range(funded)]

    def budget(self, funded: int) -> int:
        """The round's budget in fen: just what `funded` projects cost."""
        return sum(self.grants(funded)) * WAN


PLANS = (
    Plan("nsf-general", "自治区自然科学基金面上项目", 358, 1130, 10, "general", 36),
    Plan("nsf-youth", "自治区自然科学基金青年项目", 150, 470, 10, "youth", 36, young=True),
    Plan("nsf-joint", "自治区自然科学基金联合基金项目", 200, 610, 10, "joint", 36),
    Plan("central-guidance", "中央引导地方科技发展专项资金项目", 26, 66, 100, "base", 24, total=2400),
    Plan("basic-research", "基础研究计划", 60, 185, 60, "key", 36),
    Plan("major-special", "科技重大专项", 14, 36, 600, "public", 36),
    Plan("key-technology", "重点领域关键技术攻关计划", 330, 1000, 100, "agriculture", 24),
    Plan("results-conversion", "实用高新技术成果转化计划", 216, 660, 40, "county", 24, own=20),
    Plan("platform-talent", "科技创新平台（人才）体系建设计划", 160, 490, 60, "talent", 36),
    Plan("innovation-environment", "科技创新环境建设计划", 180, 553, 15, "policy", 12),
)
SPARE = 60  # leaders who play what goes wrong, beside those who apply
SPARE_YOUNG = 2


def leaders(scale: float) -> int:
    """How many researchers the region needs: those who lead, a twentieth more, and some to spare."""
    return applicants(scale) + 2 * SPARE


def applicants(scale: float) -> int:
    """Those who lead an application at `scale`, and a twentieth more."""
    return sum(plan.at(scale)[1] for plan in PLANS) * 21 // 20


def experts(scale: float) -> int:
    """How large the pool is."""
    return max(140, round(480 * scale))
