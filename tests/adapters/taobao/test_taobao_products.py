"""Products: composed ones whole, then what each word, count and gap means."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.taobao import products_v1
from adapters.taobao.dialect import Top
from adapters.taobao.properties import by_id, spec
from hub_core.models import Issue, ListingStatus, Product, ProductKind, Record
from hub_core.wire import JSON, Fetched, Misread, Ref
from tests.adapters.published import AT_HAND

FOLDER = Path(__file__).resolve().parents[2] / "golden" / "taobao" / "products_v1"
CASES = sorted(p.name.removesuffix(".wire.json") for p in FOLDER.glob("*.wire.json"))
LEAST: JSON = {
    "num_iid": 669801,
    "approve_status": "onsale",
    "modified": "2026-11-20 00:00:00",
}
SKU: JSON = {"sku_id": 4711}


def golden(name: str) -> Product:
    body = json.loads((FOLDER / f"{name}.wire.json").read_text("utf-8"))
    return canonical(products_v1.GET.read(Top().unwrap(products_v1.GET, body)))


def canonical(found: Any) -> Product:
    assert isinstance(found, Fetched), found
    assert isinstance(found.record, Product)
    return found.record


def product(**given_: Any) -> Product:
    return canonical(products_v1.GET.read({"item": LEAST | given_}))


# Whole ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", CASES)
def test_a_golden_product_reads_as_it_did(
    name: str, as_json: Callable[[Record], JSON]
) -> None:
    expected = json.loads((FOLDER / f"{name}.hub.json").read_text("utf-8"))

    assert as_json(golden(name)) == expected


def test_an_item_with_variants_is_priced_and_counted_by_each() -> None:
    found = golden("on_sale_with_variants")
    brown, red, blue = found.skus

    assert (found.external_id, found.brand) == ("669801", "沙箱牌")
    assert (found.listing_status, found.kind) == ("on_sale", "physical")
    assert (brown.price_amount, red.price_amount) == (199_00, 219_50)
    assert (brown.available, brown.reserved) == (50, 3)
    assert (red.available, red.reserved) == (7, 0)
    assert (red.external_id, red.outer_code) == ("5123456789012", "KB-87-RD")
    assert brown.gtin == "6903244981002"
    assert brown.spec_text == "轴体:茶轴"
    assert red.spec_text == "轴体:红轴;颜色:键帽:白;灰"
    assert (blue.status, brown.status) == (ListingStatus.DELETED, ListingStatus.ON_SALE)
    assert blue.reserved is None
    assert found.channel_updated_at == datetime(2026, 11, 20, 1, 8, 7, tzinfo=UTC)
    assert found.sale_end_at is None


def test_an_item_without_variants_is_its_own_only_sku() -> None:
    found = golden("banned_without_variants")
    (sku,) = found.skus

    assert found.listing_status is ListingStatus.BANNED
    assert (found.listing_status_raw, found.kind) == ("instock", "virtual")
    assert sku.external_id == found.external_id == "669899"
    assert (sku.outer_code, sku.gtin) == ("CARD-50", "6903244981019")
    assert (sku.price_amount, sku.available, sku.reserved) == (49_80, 12, 2)


# Words ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "violation", "status"),
    [
        ("onsale", None, ListingStatus.ON_SALE),
        ("onsale", True, ListingStatus.ON_SALE),
        ("instock", False, ListingStatus.OFF_SALE),
        ("instock", "true", ListingStatus.BANNED),
        ("frozen", True, ListingStatus.UNKNOWN),
    ],
)
def test_where_an_item_stands(word: str, violation: Any, status: ListingStatus) -> None:
    found = product(approve_status=word, violation=violation)

    assert (found.listing_status, found.listing_status_raw) == (status, word)
    unknown = Issue("listing_status", "unknown_word") in found.issues
    assert unknown is (status is ListingStatus.UNKNOWN)


@pytest.mark.parametrize(
    ("word", "status"),
    [
        (None, ListingStatus.ON_SALE),
        ("normal", ListingStatus.ON_SALE),
        ("delete", ListingStatus.DELETED),
        ("asleep", ListingStatus.UNKNOWN),
    ],
)
def test_where_a_variant_stands(word: str | None, status: ListingStatus) -> None:
    found = product(skus=[SKU | {"status": word}])

    assert found.skus[0].status is status
    unknown = Issue("skus.status", "unknown_word") in found.issues
    assert unknown is (status is ListingStatus.UNKNOWN)


def test_one_variant_of_a_new_word_among_others_is_said() -> None:
    found = product(
        skus=[SKU | {"sku_id": 1, "status": "normal"}, SKU | {"status": "asleep"}]
    )

    assert Issue("skus.status", "unknown_word") in found.issues


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (True, ProductKind.VIRTUAL),
        ("false", ProductKind.PHYSICAL),
        (None, ProductKind.UNKNOWN),
    ],
)
def test_only_what_is_said_to_be_virtual_or_not_has_a_kind(
    said: Any, kind: ProductKind
) -> None:
    assert product(is_virtual=said).kind is kind


# Counts and amounts --------------------------------------------------------------------


def test_a_variant_without_a_price_does_not_borrow_the_items() -> None:
    (sku,) = product(price="5.00", num=9, skus=[SKU]).skus

    assert (sku.price_amount, sku.available, sku.reserved) == (None, None, None)


def test_nothing_left_is_not_the_same_as_nothing_said() -> None:
    (sku,) = product(skus=[SKU | {"quantity": 0, "with_hold_quantity": "0"}]).skus

    assert (sku.available, sku.reserved) == (0, 0)


@pytest.mark.parametrize("row", [{"price": "1.999"}, {"quantity": "many"}, {"sku_id": 0}])
def test_a_variant_that_cannot_be_read_parks_its_item_with_its_id(row: JSON) -> None:
    found = products_v1.GET.read({"item": LEAST | {"skus": {"sku": [SKU | row]}}})

    assert isinstance(found, Misread)
    assert found.external_id == "669801"


# Gaps ----------------------------------------------------------------------------------


@pytest.mark.parametrize("field", ["num_iid", "approve_status"])
def test_without_its_id_or_its_word_an_item_is_parked(field: str) -> None:
    row = {k: v for k, v in LEAST.items() if k != field}

    assert isinstance(products_v1.GET.read({"item": row}), Misread)


def test_an_item_without_its_time_of_change_says_so() -> None:
    row = {k: v for k, v in LEAST.items() if k != "modified"}
    found = canonical(products_v1.GET.read({"item": row}))

    assert found.channel_updated_at is None
    assert found.issues == (Issue("channel_updated_at", "missing"),)


@pytest.mark.parametrize("body", [{"item": []}, {"item": None}, {}])
def test_an_answer_without_its_item_fails(body: JSON) -> None:
    with pytest.raises((KeyError, ValueError)):
        products_v1.GET.read(body)


@pytest.mark.parametrize("text", [None, "", "1243:1215", "红色", "1:2:颜色:白;1243:1215"])
def test_properties_of_another_form_stay_as_they_came(text: str | None) -> None:
    assert spec(text) == text


def test_a_colon_that_was_not_escaped_stays_in_its_value() -> None:
    assert spec("1:2:尺码:170:96A") == "尺码:170:96A"


def test_a_brand_is_found_by_its_property_id() -> None:
    assert by_id("120000:1:品牌:假;20000:2:品牌:真")["20000"] == "真"
    assert product(props_name="120000:1:品牌:假").brand is None


# What is asked for ---------------------------------------------------------------------


def test_the_variants_are_asked_for_by_the_name_that_brings_them() -> None:
    asked = products_v1.GET.parameters(external_id="669801")
    named = asked["fields"].split(",")

    assert asked["num_iid"] == "669801"
    assert "sku" in named
    assert "skus" not in named
    assert {"with_hold_quantity", "outer_id", "approve_status", "modified"} <= set(named)
    assert "desc" not in named


def test_a_list_names_items_with_their_word() -> None:
    row = {"num_iid": 669801, "modified": "2026-11-20 00:00:00"}
    body = {
        "total_results": 2,
        "items": {"item": [row | {"approve_status": "onsale"}, {"title": "无号"}]},
    }
    page = products_v1.ON_SALE.read(body)
    ref, nameless = page.items

    assert page.total == 2
    assert isinstance(ref, Ref)
    assert (ref.external_id, ref.status_raw) == ("669801", "onsale")
    assert isinstance(nameless, Misread)


# Published, and whatever else comes ----------------------------------------------------


@AT_HAND
def test_a_published_list_names_by_num_iid_and_not_by_iid(samples: Path) -> None:
    path = samples / "products" / "items_onsale_get.official.response.json"
    body = json.loads(path.read_text("utf-8"))
    page = products_v1.ON_SALE.read(Top().unwrap(products_v1.ON_SALE, body))
    (ref,) = page.items

    assert page.total == 150
    assert isinstance(ref, Ref)
    assert (ref.external_id, ref.status_raw) == ("1489161932", "onsale")


@AT_HAND
def test_a_published_item_and_variant_are_read(samples: Path) -> None:
    folder = samples / "products"
    rows = json.loads((folder / "items_onsale_get.official.response.json").read_text())
    one = json.loads((folder / "item_sku_get.official.response.json").read_text())
    item = rows["items_onsale_get_response"]["items"]["item"][0]
    sku = one["item_sku_get_response"]["sku"]
    found = canonical(products_v1.GET.read({"item": item | {"skus": {"sku": [sku]}}}))

    assert (found.title, found.category_external_id) == ("Google test item", "132443")
    assert found.skus[0].price_amount == 200_07
    assert (found.skus[0].available, found.skus[0].reserved) == (3, 100)
    assert found.skus[0].spec_text == "品牌:盈讯;型号:F908;自定义属性1:属性值1"


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda x: st.lists(x, max_size=3) | st.dictionaries(st.text(max_size=5), x, max_size=3),
    max_leaves=5,
)


@given(field=st.data(), value=anything)
@settings(max_examples=150, deadline=None, derandomize=True)
def test_any_field_of_any_type_is_read_or_parked(field: Any, value: Any) -> None:
    name = field.draw(st.sampled_from(sorted(products_v1.WireItem.model_fields)))
    found = products_v1.GET.read({"item": LEAST | {name: value}})

    assert isinstance(found, Fetched | Misread)


@given(field=st.data(), value=anything)
@settings(max_examples=150, deadline=None, derandomize=True)
def test_any_field_of_a_variant_is_read_or_parked(field: Any, value: Any) -> None:
    name = field.draw(st.sampled_from(sorted(products_v1.WireSku.model_fields)))
    found = products_v1.GET.read({"item": LEAST | {"skus": [SKU | {name: value}]}})

    assert isinstance(found, Fetched | Misread)
