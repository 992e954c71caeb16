"""Seeded, plausible shop data. No person, phone or address in it is real.

Phones use the range 1700000xxxx and addresses a street that no city has, so that data
from a sandbox can never be taken for a buyer's.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕张孔曹严华金魏陶姜"
GIVEN = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉萍红玲建文"
CITIES = (
    ("上海市", "上海市", "浦东新区"),
    ("浙江省", "杭州市", "西湖区"),
    ("广东省", "深圳市", "南山区"),
    ("四川省", "成都市", "锦江区"),
    ("湖北省", "武汉市", "洪山区"),
    ("海南省", "", "陵水黎族自治县"),
)
GOODS = (
    ("纯棉圆领T恤", ("白色 M", "白色 L", "黑色 M", "黑色 XL"), 5900),
    ("轻薄羽绒服", ("藏青 L", "酒红 M"), 39900),
    ("保温杯 500ml", ("曜石黑", "樱花粉"), 8900),
    ("每日坚果礼盒", ("30包",), 12800),
    ("有线机械键盘", ("青轴", "红轴"), 25900),
    ("儿童绘本套装", ("共10册",), 6800),
)
DEALS = (
    ("双人下午茶套餐", 19800),
    ("四人火锅欢聚套餐", 32800),
    ("100元代金券", 8800),
    ("汽车精洗次卡 5次", 15900),
    ("亲子烘焙体验课", 9900),
    ("单人全身按摩60分钟", 16800),
)
NOTES = ("", "", "", "请尽快发货", "不要放快递柜", "加急 请发顺丰", "送人，包装好一点")


@dataclass(frozen=True, slots=True)
class Person:
    """A buyer who does not exist."""

    name: str
    phone: str
    province: str
    city: str
    district: str
    address: str


class Street:
    """A seeded source of buyers, goods and notes."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng

    def person(self) -> Person:
        """Somebody to sell to."""
        rng = self._rng
        name = rng.choice(SURNAMES) + "".join(rng.choices(GIVEN, k=rng.choice((1, 2))))
        province, city, district = rng.choice(CITIES)
        return Person(
            name,
            f"1700000{rng.randrange(10_000):04d}",
            province,
            city,
            district,
            f"沙箱路{rng.randrange(1, 999)}号{rng.randrange(1, 30)}室",
        )

    def goods(self) -> tuple[str, str, int]:
        """Something with a title, a variant and a price in fen."""
        title, variants, fen = self._rng.choice(GOODS)
        return title, self._rng.choice(variants), fen

    def deal(self) -> tuple[str, int]:
        """A local-life deal and its price in fen."""
        return self._rng.choice(DEALS)

    def note(self) -> str:
        """What a buyer writes, mostly nothing."""
        return self._rng.choice(NOTES)
