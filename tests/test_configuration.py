"""config.yaml: what is read, and every kind of fault as one clear line (CONTRACT §3)."""

from __future__ import annotations

import json
import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.configuration import ConfigurationFaults, load, located
from bot.core.settings import Settings, Texts

TEXTS = "texts:\n" + "".join(f"  {name}: 好\n" for name in Texts.model_fields)
SHOP = "shop: {name: 小林护肤}\n"
SANDBOX = "sandbox: {enabled: true}\n"
ACCOUNTS = "accounts:\n  - {id: sandbox, channel: sandbox}\n"
GOOD = SHOP + SANDBOX + ACCOUNTS + TEXTS
OA = """\
accounts:
  - id: oa
    channel: wechat_oa
    original_id: gh_1
    app_id: wx1
    app_secret: ${OA_SECRET}
    token: ${OA_TOKEN:-ordinary}
"""


@pytest.fixture
def written(tmp_path: Path) -> Path:
    return tmp_path / "config.yaml"


def read(path: Path, text: str | bytes, environ: dict[str, str] | None = None) -> Settings:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load(path, environ or {})


def faults(path: Path, text: str | bytes, environ: dict[str, str] | None = None) -> list[str]:
    with pytest.raises(ConfigurationFaults) as caught:
        read(path, text, environ)
    assert str(caught.value) == "\n".join(caught.value.faults)
    assert all(fault and fault.isprintable() for fault in caught.value.faults)
    return caught.value.faults


def one_fault(path: Path, text: str | bytes, environ: dict[str, str] | None = None) -> str:
    (fault,) = faults(path, text, environ)
    return fault


# --- what is right ------------------------------------------------------------------------------------


def test_the_least_that_is_a_configuration(written: Path) -> None:
    read_settings = read(written, GOOD)
    assert read_settings.shop.name == "小林护肤"
    assert [a.id for a in read_settings.accounts] == ["sandbox"]


def test_with_a_byte_order_mark_and_windows_lines(written: Path) -> None:
    assert read(written, b"\xef\xbb\xbf" + GOOD.replace("\n", "\r\n").encode()).shop.name == "小林护肤"


@pytest.mark.parametrize(
    "word", ["no", "on", "yes", "off", "10:30", "2026-01-01", "1_000", "013800138000", "y"]
)
def test_what_yaml_1_1_would_change_stays_text(written: Path, word: str) -> None:
    assert read(written, GOOD.replace("小林护肤", word)).shop.name == word


@pytest.mark.parametrize("key", ["on", "no", "10:30", "10", "true", "~"])
def test_keys_are_text_as_written(written: Path, key: str) -> None:
    assert one_fault(written, f"{GOOD}{key}: 1\n").startswith(f"{key}: 不认识这个键")


def test_numbers_and_booleans(written: Path) -> None:
    text = GOOD + "server: {port: 0x1F90}\nproducts:\n  - {name: 面霜, price: 129.50, stock: 3}\n"
    text += "  - {name: 水, price: 9, stock: false}\n"
    loaded = read(written, text)
    assert loaded.server.port == 8080
    assert [str(p.price) for p in loaded.products] == ["129.50", "9.00"]
    assert [p.stock for p in loaded.products] == [3, False]


def test_an_alias_is_its_anchor(written: Path) -> None:
    text = GOOD + "faq:\n  - {ask: &ask [包邮], answer: 包}\n  - {ask: *ask, answer: 是的}\n"
    assert [entry.ask for entry in read(written, text).faq] == [("包邮",), ("包邮",)]


# --- the environment ----------------------------------------------------------------------------------


def test_a_variable_its_default_and_an_empty_one(written: Path) -> None:
    text = SHOP.replace("小林护肤", '"${A} ${B:-乙} ${C:-丙} $${D}"') + SANDBOX + ACCOUNTS + TEXTS
    assert read(written, text, {"A": "甲", "C": ""}).shop.name == "甲 乙 丙 ${D}"


def test_an_empty_default_is_empty(written: Path) -> None:
    text = GOOD + "server: {admin_token: '${TOKEN:-}'}\n"
    assert read(written, text).server.admin_token.get_secret_value() == ""


def test_a_variable_may_be_a_number(written: Path) -> None:
    assert read(written, GOOD + "server:\n  port: ${PORT:-8080}\n", {"PORT": "9090"}).server.port == 9090


@pytest.mark.parametrize("value", ['x"\nserver: {port: 1}', "a: b", "{a: b}", "- x", "${A}", "#", "*x", "'"])
def test_a_value_cannot_inject_yaml(written: Path, value: str) -> None:
    text = SHOP.replace("小林护肤", "'=${A}'") + SANDBOX + ACCOUNTS + TEXTS
    loaded = read(written, text, {"A": value})
    assert loaded.shop.name == f"={value}".strip()
    assert loaded.server.port == 8080


def test_dotenv_beside_the_file(written: Path) -> None:
    (written.parent / ".env").write_text("# 秘密\nexport A='甲 ${B}'\nB=乙\n\nC\n", "utf-8")
    text = SHOP.replace("小林护肤", "'${A}/${B}'") + SANDBOX + ACCOUNTS + TEXTS
    assert read(written, text).shop.name == "甲 ${B}/乙"
    assert read(written, text, {"B": "外面的"}).shop.name == "甲 ${B}/外面的"


def test_a_line_of_dotenv_that_is_none(written: Path) -> None:
    (written.parent / ".env").write_text("A=甲\nB='hunter2\nC=丙\n", "utf-8")
    assert faults(written, GOOD)[0] == ".env: 第 2 行看不懂；要写成 名字=值"


def test_dotenv_in_another_encoding(written: Path) -> None:
    (written.parent / ".env").write_bytes("A=甲\n".encode("gbk"))
    assert one_fault(written, GOOD) == ".env: 不是 UTF-8 编码；用编辑器另存为 UTF-8"


def test_a_missing_variable_is_named_where_it_is_used(written: Path) -> None:
    assert one_fault(written, SHOP + OA + TEXTS).startswith(
        "accounts[0].app_secret: 环境变量 OA_SECRET 没有设置"
    )


@pytest.mark.parametrize("wrong", ["${OA-SECRET}", "${}", "${ A }", "${A", "${A:-${B}}", "${1}", "${密}"])
def test_a_variable_that_is_none(written: Path, wrong: str) -> None:
    text = SHOP.replace("小林护肤", f"'{wrong}'") + SANDBOX + ACCOUNTS + TEXTS
    assert one_fault(written, text, {"A": "a", "B": "b"}).startswith("shop.name: ${ 后面要写环境变量的名字")


def test_emoji_written_as_json_writes_them_and_half_a_one(written: Path) -> None:
    assert read(written, GOOD.replace("小林护肤", '"\\ud83c\\udf38店"')).shop.name == "🌸店"
    assert one_fault(written, GOOD.replace("小林护肤", '"\\ud83c店"')).startswith(
        "shop.name: 里面有不能用的字符"
    )
    broken = os.fsdecode(b"\xff") if os.name != "nt" else "\udcff"
    assert one_fault(written, GOOD.replace("小林护肤", "'${A}'"), {"A": broken}).startswith(
        "shop.name: 里面有"
    )


# --- secrets ------------------------------------------------------------------------------------------

SECRET = "s3cret-0123456789-abcdefghij-klmnopqrstuv-wxyz"


@pytest.mark.parametrize(
    "block",
    [
        "sending: {undo: '${S}'}",
        "shop: {name: x, timezone: '${S}'}",
        "server: {port: '${S}'}",
        "server: {admin_token: ['${S}']}",
        "storage: {url: '${S}'}",
        "products: [{name: a, price: '${S}'}]",
        "products: [{name: a, price: 1}, {name: b, aliases: ['${S}', '${S}'], price: 1}]",
        "sellers: [{name: a, identities: [{account: '${S}', id: b}]}]",
        "sellers: [{name: a, role: '${S}'}]",
        "accounts: [{id: a, channel: '${S}'}]",
        "accounts: [{id: '${S}', channel: sandbox}, {id: '${S}', channel: sandbox}]",
        "include: ['${S}']",
    ],
)
def test_no_fault_shows_a_value_of_the_environment(written: Path, block: str) -> None:
    rest = [b for b in (SHOP, SANDBOX, ACCOUNTS, TEXTS) if b.split(":")[0] != block.split(":", 1)[0]]
    found = "\n".join(faults(written, block + "\n" + "".join(rest), {"S": SECRET}))
    assert SECRET[:10] not in found


@pytest.mark.parametrize(
    "line",
    [
        "app_secret: *{}",
        "app_secret: 'a\n  {}",
        "app_secret: {}: x",
        "app_secret: @{}",
        "app_secret: [{}",
        "app_secret: {}\n    app_secret: {}",
        "app_secret: !{} x",
        "app_secret: !!python/name:{} x",
        "app_secret:\n      - {}",
        "app_secret: 12{}",
        "encoding_aes_key: {}",
    ],
)
def test_no_fault_shows_a_secret_that_stands_in_the_file(written: Path, line: str) -> None:
    text = SHOP + TEXTS + OA.replace("app_secret: ${OA_SECRET}", line.replace("{}", SECRET)) + "    what: 1\n"
    assert SECRET[:10] not in "\n".join(faults(written, text))


# --- faults of the file -------------------------------------------------------------------------------


def test_no_file(written: Path) -> None:
    with pytest.raises(ConfigurationFaults, match=r"config\.yaml: 没有这个文件$"):
        load(written, {})


def test_a_folder(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationFaults, match="文件夹"):
        load(tmp_path, {})


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_a_file_that_may_not_be_read(written: Path) -> None:
    written.touch(0o000)
    with pytest.raises(ConfigurationFaults, match="没有权限"):
        load(written, {})


@pytest.mark.parametrize("name", ["a\0b", "x" * 5000, "config.yaml/config.yaml"])
def test_a_path_that_cannot_be(written: Path, name: str) -> None:
    written.touch()
    with pytest.raises(ConfigurationFaults):
        load(written.parent / name, {})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "文件是空的"),
        ("# 什么也没有\n", "文件是空的"),
        ("shop".encode("utf-16"), "不是 UTF-8 编码"),
        ("shop: 小林".encode("gbk"), "不是 UTF-8 编码"),
        ("- a\n", "最外层要写成“键: 值”"),
        ("a", "最外层要写成“键: 值”"),
        ("!!set {a}", "最外层要写成“键: 值”"),
        ("a: b: c\n", "第 1 行第 5 列：这里不该有冒号"),
        ("a:\n\tb: 1\n", "第 2 行第 1 列：用了 Tab"),
        ("a: 'x\n", "引号没有关上"),
        ("a: [1, 2\n", "方括号或花括号没有关上"),
        ("a: @x\n", "第 1 行第 4 列：这个符号不能放在开头"),
        ("a: *x\n", "第 1 行第 4 列：* 开头会被当成引用"),
        ("  a: 1\nb: 2\n", "第 2 行第 1 列：缩进没有对齐"),
        ("a:\n  - 1\n  b: 2\n", "第 3 行第 3 列：缩进没有对齐"),
        ("a: 1\n---\nb: 1\n", "第 2 行第 1 列：只能有一份内容"),
        ('a: "\\q"\n', "双引号里的 \\ 写法不对"),
        ("a: 1\nb: \x01\n", "第 2 行有看不见的控制字符"),
        ("%YAML 1.1\n---\non: no\n", "第 1 行：去掉 %YAML"),
        ("[" * 5000, "层次太深"),
    ],
)
def test_a_file_that_is_no_configuration(written: Path, text: str | bytes, words: str) -> None:
    fault = one_fault(written, text)
    assert fault.startswith(f"{written}: ")
    assert words in fault


def test_nested_aliases_do_not_explode(written: Path) -> None:
    lines = ["a0: &a0 [x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    assert "内容太多" in one_fault(written, "\n".join(lines))


def test_an_alias_of_itself(written: Path) -> None:
    assert any(
        f.startswith("accounts[0]: 引用了自己") for f in faults(written, SHOP + "accounts: &a [*a]\n" + TEXTS)
    )


# --- faults of single values --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("block", "fault"),
    [
        ("colour: red", "colour: 不认识这个键"),
        ("server: {prot: 1}", "server.prot: 不认识这个键"),
        ("accounts: [{id: a, channel: sandbox, extra: 1}]", "accounts[0].extra: 不认识这个键"),
        ("accounts: [{id: a, channel: sandbox, sandbox: 1}]", "accounts[0].sandbox: 不认识这个键"),
        ("accounts: [{id: a}]", "accounts[0].channel: 缺少这一项"),
        ("accounts: [{id: a, channel: fax}]", "accounts[0].channel: 没有这一种；可以写 sandbox、wechat_oa"),
        ("accounts: [{channel: sandbox}]", "accounts[0].id: 缺少这一项"),
        ("accounts: [{id: 老板, channel: sandbox}]", "accounts[0].id: 只能用英文字母、数字、- 和 _"),
        ("accounts: {id: a}", "accounts: 要写成列表"),
        ("accounts: [a]", "accounts[0]: 要写成下一级"),
        ("sellers: [{name: a, role: boss}]", "sellers[0].role: 只能写 owner、staff"),
        ("sellers: [{name: 1}]", "sellers[0].name: 要写文字；数字请加引号"),
        ("sellers:", "sellers: 后面没有写内容；要写成列表"),
        ("sellers: [{name: '  '}]", "sellers[0].name: 不能是空的"),
        ("server: {port: many}", "server.port: 要写整数"),
        ("server: {port: 1.5}", "server.port: 要写整数"),
        ("server: {port: 70000}", "server.port: 不能大于 65535"),
        ("server: {port: -1}", "server.port: 不能小于 0"),
        ("server: []", "server: 要写成下一级"),
        ("sandbox: {enabled: maybe}", "sandbox.enabled: 要写 true 或 false"),
        ("faq: [{ask: [], answer: x}]", "faq[0].ask: 不能是空的"),
        ("products: [{name: a, price: 贵}]", "products[0].price: 金额看不懂"),
        (
            "products: [{name: a, price: 1, stock: 多}]",
            "products[0].stock: 要写整数，例如 5；或者要写 true 或 false",
        ),
        ("products: [{name: a, price: 1, use_days: 0}]", "products[0].use_days: 要大于 0"),
        ("sending: {undo: soon}", "sending.undo: 时长看不懂"),
        ("sending: {undo: .inf}", "sending.undo: "),
        ("sending: {undo: 99999999999999999}", "sending.undo: "),
        ("shop: {name: a, timezone: Mars/Base}", "shop.timezone: 没有这个时区"),
        ("storage: {url: mysql://u:pw@h/d}", "storage.url: 要以 sqlite:/// 或 postgresql:// 开头"),
        ("storage: {url: !!binary aGk=}", "storage.url: 不支持 ! 开头的标签"),
        ("server: {<<: {port: 1}}", "server.<<: 不认识这个键"),
        ("server: {? [a] : 1}", "server: 键要写成文字"),
    ],
)
def test_a_fault_and_its_path(written: Path, block: str, fault: str) -> None:
    rest = [b for b in (SHOP, SANDBOX, ACCOUNTS, TEXTS) if b.split(":")[0] != block.split(":", 1)[0]]
    found = one_fault(written, block + "\n" + "".join(rest))
    assert found.startswith(fault)
    assert found.endswith("（第 1 行）")


def test_keys_of_a_table_inside_an_account(written: Path) -> None:
    text = SHOP + OA + "    templates: {shiping: T}\n" + TEXTS
    assert (
        one_fault(written, text, {"OA_SECRET": "x"})
        == "accounts[0].templates.shiping: 只能写 shipping（第 9 行）"
    )


def test_a_missing_block(written: Path) -> None:
    assert one_fault(written, SANDBOX + ACCOUNTS + TEXTS).startswith("shop: 缺少这一项")


def test_a_duplicate_key_has_its_path_and_both_lines(written: Path) -> None:
    text = SHOP + OA + "    token: other\n" + TEXTS
    found = one_fault(written, text, {"OA_SECRET": "x"})
    assert found == "accounts[0].token: 这个键重复了，第 8 行已经有了；只留一个（第 9 行）"
    assert one_fault(written, GOOD + SHOP).startswith("shop: 这个键重复了，第 1 行已经有了")


def test_a_long_key_with_line_breaks_is_one_short_line(written: Path) -> None:
    found = one_fault(written, GOOD + '"a\\n' + "b" * 100 + '": 1\n')
    assert found.startswith("a bbb")
    assert len(found) < 120


# --- faults between values ----------------------------------------------------------------------------


def test_values_that_do_not_fit_each_other_all_at_once(written: Path) -> None:
    text = """\
shop: {name: a}
server: {host: 0.0.0.0}
sandbox: {enabled: true}
sellers:
  - {name: a, identities: [{account: oa, id: x}, {account: sandbox, id: s}]}
  - {name: b, identities: [{account: sandbox, id: s}]}
  - {name: c, identities: [{account: nowhere, id: s}]}
accounts:
  - {id: sandbox, channel: sandbox}
  - {id: sandbox, channel: sandbox}
products:
  - {name: 面霜, price: 1}
  - {name: 水, aliases: [面霜], price: 1}
"""
    assert faults(written, text + TEXTS) == [
        "sandbox.enabled: 沙盒只能在本机地址上开（server.host: 127.0.0.1）（第 3 行）",
        "sellers[1].identities[0]: 这个账号在 sellers[0].identities[1] 已经绑定过了（第 6 行）",
        "accounts[1].id: 和 accounts[0].id 重复了（第 10 行）",
        "products[1].aliases[0]: 这个名字在 products[0].name 已经用过了（第 13 行）",
    ]


def test_a_seller_on_an_account_that_is_not_there(written: Path) -> None:
    text = GOOD + "sellers: [{name: c, identities: [{account: nowhere, id: s}]}]\n"
    assert one_fault(written, text).startswith(
        "sellers[0].identities[0].account: accounts 里没有 nowhere 这个账号"
    )


def test_a_sandbox_account_without_the_sandbox(written: Path) -> None:
    assert one_fault(written, SHOP + ACCOUNTS + TEXTS).startswith("accounts[0].channel: sandbox 账号需要")


def test_everything_wrong_is_listed_at_once_in_the_order_of_the_lines(written: Path) -> None:
    text = """\
shop: {name: 1, nmae: x}
server: {port: x}
server: {}
sandbox: {enabled: true}
accounts:
  - {id: sandbox, channel: sandbox, token: x}
  - {id: oa, channel: wechat_oa, original_id: g, app_id: w, app_secret: "${A}", token: "${B}"}
products:
  - {name: a, price: 1}
  - {name: a, price: 1}
"""
    assert [f.split(": ")[0] for f in faults(written, text + TEXTS)] == [
        "shop.name",
        "shop.nmae",
        "server.port",
        "server",
        "accounts[0].token",
        "accounts[1].app_secret",
        "accounts[1].token",
        "products[1].name",
    ]


# --- included files -----------------------------------------------------------------------------------


def test_included_files(written: Path) -> None:
    (written.parent / "more").mkdir()
    (written.parent / "more/texts.yaml").write_text(TEXTS, "utf-8")
    (written.parent / "products.yaml").write_text('products: [{name: "${N}", price: 1}]\n', "utf-8")
    text = "include: [more/texts.yaml, products.yaml]\n" + SHOP + SANDBOX + ACCOUNTS
    assert read(written, text, {"N": "面霜"}).products[0].name == "面霜"


def test_faults_of_included_files_name_the_file(written: Path) -> None:
    (written.parent / "a.yaml").write_text(
        "products:\n  - {name: a}\nshop: {name: b}\ninclude: [b.yaml]\n", "utf-8"
    )
    (written.parent / "b.yaml").write_text("- x\n", "utf-8")
    assert faults(written, "include: [a.yaml, b.yaml, c.yaml]\n" + GOOD) == [
        "include[1]: 最外层要写成“键: 值”，例如 shop: 换行再写 name: …（第 1 行）",
        "include[2]: 没有这个文件（第 1 行）",
        "products[0].price: 缺少这一项，请补上（a.yaml 第 2 行）",
        "shop: 这一块在别的文件里已经有了；同一块只能写在一个文件里（a.yaml 第 3 行）",
        "include: 被包含的文件里不能再写 include（a.yaml 第 4 行）",
    ]


@pytest.mark.parametrize("wrong", ["a.yaml", "[1]", "{a: b}", "[['a']]", "['']", "~"])
def test_include_is_a_list_of_names(written: Path, wrong: str) -> None:
    assert one_fault(written, f"include: {wrong}\n" + GOOD).startswith("include: 要写成文件名的列表")


# --- the database's place -----------------------------------------------------------------------------


def test_a_relative_database_is_beside_the_configuration(written: Path) -> None:
    assert read(written, GOOD).storage.url == f"sqlite:///{written.parent.as_posix()}/data/huitouke.db"


@pytest.mark.parametrize(
    ("url", "there"),
    [
        ("sqlite:///data/x.db?timeout=5", "sqlite:////shop/data/x.db?timeout=5"),
        ("sqlite:////var/x.db", "sqlite:////var/x.db"),
        ("sqlite:///", "sqlite:///"),
        ("sqlite:///:memory:", "sqlite:///:memory:"),
        ("postgresql://u:p@h/data", "postgresql://u:p@h/data"),
    ],
)
@pytest.mark.skipif(os.name == "nt", reason="POSIX paths")
def test_located(url: str, there: str) -> None:
    assert located(url, Path("/shop")) == there


# --- anything at all ----------------------------------------------------------------------------------

_SCALARS: Any = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12)
_DATA: Any = st.recursive(
    _SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
_PIECES = st.sampled_from(
    [
        "shop",
        "accounts",
        "- ",
        ": ",
        "\n",
        "  ",
        "id",
        "channel: sandbox",
        "&a ",
        "*a",
        "[",
        "]",
        "{",
        "}",
        "${A}",
        "${",
        "!!int ",
        "!x ",
        "<<: ",
        "? ",
        "|\n",
        "'",
        '"',
        "\t",
        "%YAML 1.1\n",
        "---\n",
        "# ",
        "0x",
        "10:30",
        ".inf",
        "1e999",
        "\\",
    ]
)


def outcome(text: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "config.yaml"
        path.write_bytes(text)
        try:
            assert isinstance(load(path, {"A": "a"}), Settings)
        except ConfigurationFaults as caught:
            assert caught.faults
            assert all(": " in fault and fault.isprintable() for fault in caught.faults)


@given(st.binary(max_size=80))
def test_any_bytes_are_settings_or_faults(text: bytes) -> None:
    outcome(text)


@settings(max_examples=300)
@given(st.lists(_PIECES, max_size=25).map("".join))
def test_any_yaml_is_settings_or_faults(text: str) -> None:
    outcome(text.encode())


@settings(max_examples=300)
@given(st.sampled_from(list(Settings.model_fields)), _DATA)
def test_any_value_of_any_block_is_settings_or_faults(block: str, value: Any) -> None:
    rest = [b for b in (SHOP, SANDBOX, ACCOUNTS, TEXTS) if not b.startswith(f"{block}:")]
    fields = Settings.model_fields[block].annotation
    names = list(getattr(fields, "model_fields", {"name": 0}))
    for name in names[:3]:
        outcome(
            ("".join(rest) + f"{block}: {{? {json.dumps(name)} : {json.dumps(value)}}}\n").encode(
                "utf-8", "replace"
            )
        )
    outcome(("".join(rest) + f"{block}: [{json.dumps(value)}]\n").encode("utf-8", "replace"))


def test_texts_that_are_left_out_are_said_as_shipped(written: Path) -> None:
    written.write_text(SHOP + SANDBOX + ACCOUNTS + "texts: {thanks: 客气啥}\n", "utf-8")
    assert load(written, {}).texts == Texts(thanks="客气啥")
