r"""`cascade-sym read`: what is displayed is listed, with what macros mean at its place, from every file that belongs to it.

Symbols and formulas are our own. What is handed on is compared as text: `statements` of a formula, with macros expanded.
"""

from __future__ import annotations

import gzip
import io
import json
import subprocess
import sys
import tarfile

import pytest

from cascade_sym.cli.main import main
from cascade_sym.errors import FormulaError
from cascade_sym.manuscript import read_manuscript
from cascade_sym.manuscript.formulas import read_formulas

HEAD, END = "\\documentclass{article}\n\\begin{document}\n", "\n\\end{document}\n"


def stated(tmp_path, body: str, **files: str) -> list[list[str]]:
    """The statements of each formula of a text, without spaces."""
    return [[s.replace(" ", "") for s in f.statements] for f in found(tmp_path, body, **files).formulas]


def found(tmp_path, body: str, **files: str):
    for name, text in files.items():
        place = tmp_path / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    (tmp_path / "m.tex").write_text(body)
    return read_formulas(tmp_path / "m.tex")


def one(formula: str) -> str:
    return f"\\[{formula}\\]"


DISPLAYS = [
    (r"\[ a = b \]", [["a=b"]]),
    (r"$$ a = b $$", [["a=b"]]),
    (r"$x$$y$ and $z$ \[ a = b \]", [["a=b"]]),
    (r"\begin{equation*}a = b\end{equation*}", [["a=b"]]),
    (r"\begin{displaymath}a = b\end{displaymath}", [["a=b"]]),
    (r"\begin{align*}a &= b \\ c &= d\end{align*}", [["a=b"], ["c=d"]]),
    (r"\begin{align}a &= b & c &= d\end{align}", [["a=b", "c=d"]]),
    (r"\begin{alignat}{2}a &= b \\ c &= d\end{alignat}", [["a=b"], ["c=d"]]),
    (r"\begin{flalign}a &= b\end{flalign}", [["a=b"]]),
    (r"\begin{gather}a = b \\ c = d\end{gather}", [["a=b"], ["c=d"]]),
    (r"\begin{multline}a = b \\ + c \\ + d\end{multline}", [["a=b+c+d"]]),
    (r"\begin{eqnarray}a &=& b \\ c &=& d\end{eqnarray}", [["a=b"], ["c=d"]]),
    (r"\begin{IEEEeqnarray}{rCl}a &=& b \IEEEnonumber\\ c &=& d\end{IEEEeqnarray}", [["a=b"], ["c=d"]]),
    (r"\begin{dmath}[label={x}]a = b\end{dmath}", [["a=b"]]),
    (r"\begin{subequations}\label{s}\begin{align}a &= b \\ c &= d\end{align}\end{subequations}", [["a=b"], ["c=d"]]),
    (r"\begin{equation}\begin{aligned}a &= b \\ c &= d\end{aligned}\end{equation}", [["a=b"], ["c=d"]]),
    (r"\begin{equation}\begin{split}a &= b \\ &\quad + c\end{split}\end{equation}", [[r"a=b\quad+c"]]),
    (r"\begin{equation}\begin{gathered}a = b \\ c = d\end{gathered}\end{equation}", [["a=b"], ["c=d"]]),
    (r"\begin{equation}\left\{\begin{aligned}a &= b \\ c &= d\end{aligned}\right.\end{equation}", [["a=b"], ["c=d"]]),
    (r"\begin{equation}\begin{cases}a = b \\ c = d\end{cases}\end{equation}", [["a=b"], ["c=d"]]),
    (r"\begin{empheq}[left=\empheqlbrace]{align}a &= b \\ c &= d\end{empheq}", [["a=b"], ["c=d"]]),
    # formulas that are broken over rows
    (r"\begin{align}a &= b \nonumber\\ &\quad + c \\ d &= e\end{align}", [[r"a=b\quad+c"], ["d=e"]]),
    (r"\begin{align}a &= b + \\ & c\end{align}", [["a=b+c"]]),
    (r"\begin{align}a &= \left( b \right. \\ &\left. + c \right)\end{align}", [[r"a=\left(b+c\right)"]]),
    (r"\begin{align}a &= \big[ b \\ &= c \big]\end{align}", [[r"a=\big[b=c\big]"]]),
    (r"\begin{align}a &= b \\ &= c\end{align}", [["a=b=c"]]),
    (r"\begin{align}a &= b \label{1}\\ &= c \label{2}\end{align}", [["a=b"], ["a=c"]]),
    (r"\begin{align}a &= b \\[2pt] c &= d \\* e &= f\end{align}", [["a=b"], ["c=d"], ["e=f"]]),
    (r"\begin{align}a &= b \\ [c, d] &= e\end{align}", [["a=b"], ["[c,d]=e"]]),
    (r"\begin{align}a &= b \\ \intertext{where} c &= d\end{align}", [["a=b"], ["c=d"]]),
    # words between formulas
    (r"\[ a = b, \quad c = d \]", [["a=b", "c=d"]]),
    (r"\[ a = b \quad\text{and}\quad c = d \]", [["a=b", "c=d"]]),
    (r"\[ a = b \quad (1 + c) \]", [[r"a=b\quad(1+c)"]]),
    # a box is looked through
    (r"\[ \boxed{a = b} \]", [["a=b"]]),
    (r"\[ a = \mbox{$\frac12$} \raisebox{2pt}{$b$} \]", [[r"a={\frac12}{b}"]]),
    (r"\[ a \stackrel{!}{=} b \]", [[r"a\stackrel{!}{=}b"]]),
]  # fmt: skip


@pytest.mark.parametrize(("body", "statements"), DISPLAYS)
def test_every_display_is_listed_row_by_row(tmp_path, body, statements):
    assert stated(tmp_path, body) == statements


NOT_DISPLAYED = [
    r"\iffalse \[a = b\] \fi", r"\newif\ifdraft \ifdraft \[a = b\] \fi", r"\iftrue\else\[a = b\]\fi",
    "% \\[a = b\\]\n", r"\begin{verbatim}\[a = b\]\end{verbatim}", r"\begin{comment}\[a = b\]\end{comment}",
    r"\verb|\[a = b\]|", r"\newcommand\x{\[a = b\]}", r"\end{document} \[a = b\]", r"\iffalse\iftrue\fi\[a = b\]\else\fi",
    r"\includegraphics{x} \includepdf{x}",
]  # fmt: skip


@pytest.mark.parametrize("body", NOT_DISPLAYED)
def test_what_is_switched_off_is_not_read(tmp_path, body):
    assert found(tmp_path, f"{HEAD}{body}").formulas == () and not found(tmp_path, body).notes


SHOWN = [
    (r"\newif\ifdraft \drafttrue \ifdraft\[a = b\]\else\[c = d\]\fi", [["a=b"]]),
    (r"\newif\ifdraft \ifdraft\[a = b\]\else\[c = d\]\fi", [["c=d"]]),
    (r"\newcommand\x{y}\[a = \x\]\renewcommand\x{z}\[a = \x\]", [["a=y"], ["a=z"]]),
    (r"\newcommand\x{y}{\renewcommand\x{z}\[a = \x\]}\[a = \x\]", [["a=z"], ["a=y"]]),
    (r"\newcommand\x{y}\begin{quote}\def\x{z}\[a = \x\]\end{quote}\[a = \x\]", [["a=z"], ["a=y"]]),
    (r"\newcommand\x{y}\begingroup\gdef\x{z}\endgroup\[a = \x\]", [["a=z"]]),
    (r"\newcommand\x{y}\let\y\x\renewcommand\x{z}\[\x = \y\]", [["z=y"]]),
    (r"\let\f\frac\[a = \f12\]", [[r"a=\frac12"]]),
    (r"\providecommand\x{y}\providecommand\x{z}\[a = \x\]", [["a=y"]]),
    (r"\def\x#1.#2;{<#1|#2>}\[a = \x bc.d;\]", [["a=<bc|d>"]]),
    (r"\newcommand\x[2][3]{#1^{#2}}\[a = \x{b} + \x[c]{d}\]", [["a=3^{b}+c^{d}"]]),
    (r"\DeclareMathOperator{\sinc}{sinc}\[a = \sinc(b)\]", [[r"a=\operatorname{sinc}(b)"]]),
    (r"\DeclarePairedDelimiter{\n}{\lvert}{\rvert}\[a = \n{b}\n*{c}\n[\big]{d}\]",
     [[r"a=\left\lvertb\right\rvert\left\lvertc\right\rvert\left\lvertd\right\rvert"]]),
    (r"\NewDocumentCommand\x{s O{2} m o}{\IfBooleanTF{#1}{-}{+}#2#3\IfNoValueTF{#4}{}{_#4}}\[a = \x{b} + \x*[3]{c}[d]\]",
     [["a=+2b+-3c_d"]]),
    (r"\def\be{\begin{equation}}\def\ee{\end{equation}}\be a = b \ee", [["a=b"]]),
    (r"\newenvironment{e}[1]{\begin{equation}#1 = }{\end{equation}}\begin{e}{a}b\end{e}", [["a=b"]]),
    (r"\newcommand\e[1]{\begin{align}#1\end{align}}\e{a &= b \\ c &= d}", [["a=b"], ["c=d"]]),
    (r"\newcommand\half{\ensuremath{\frac12}}\[a = \half b\]", [[r"a={\frac12}b"]]),
    (r"\newcommand\Tr{\mathop{\rm Tr}\nolimits}\[a = \Tr b\]", [[r"a=\operatorname{Tr}\nolimitsb"]]),
    (r"\newcommand\x[1]{\newcommand\y[1]{#1##1}}\x{b}\[a = \y{c}\]", [["a=bc"]]),
    (r"\makeatletter\newcommand\x@y{z}\newcommand\x{\x@y}\makeatother\[a = b\]", [["a=b"]]),
]  # fmt: skip


@pytest.mark.parametrize(("body", "statements"), SHOWN)
def test_macros_have_at_each_place_the_meaning_that_they_have_there(tmp_path, body, statements):
    assert stated(tmp_path, body) == statements


UNREAD = [
    (r"\ifnum\x<3 \[a = b\]\fi", "conditional"), (r"\ifthenelse{x}{\[a = b\]}{}", "conditional"),
    (r"\newcommand\x{\x}\[a = \x\]", "do not end"), (r"\newcommand\x[1]{#1}\[a = \x\]", "lacks its argument"),
    (r"\newcommand\x[1]{#1}\[a = \x{b \]", "not closed"), (r"\begin{equation}a = b", "not closed"),
    (r"\[ \]", "empty"), (r"\[ a = b \text{ times } c \]", "words"), (r"\[ a = \unknown{b} \]", r"\unknown"),
    (r"\def\x{y}\edef\z{\x}\[a = \z\]", "edef"),
    (r"\newcommand\x{y}\ifx\a\b\renewcommand\x{z}\fi\[a = \x\]", "conditional"),
]  # fmt: skip


@pytest.mark.parametrize(("bad", "reason"), UNREAD)
def test_one_bad_formula_is_listed_with_its_reason_and_spoils_no_other(tmp_path, bad, reason):
    (tmp_path / "m.tex").write_text(f"{one('R = x')}\n\n{bad}\n\n{one('S = y')}")
    entries = [u.to_json() for u in read_manuscript(tmp_path / "m.tex").formulas]
    assert [e["status"] for e in entries] == ["read", "not read", "read"] and [e["line"] for e in entries] == [1, 3, 5]
    assert reason in entries[1]["reason"] and entries[1]["reading"] == [] and entries[1]["typeset"] is None


FILES = {
    r"\input{a}": "a.tex", r"\input a ": "a.tex", r"\input{a.tex}": "a.tex", r'\input{"a b"}': "a b.tex",
    r"\include{s/a}": "s/a.tex", r"\import{s/}{a}": "s/a.tex", r"\subimport{s}{a}": "s/a.tex",
    r"\subfile{s/a}": "s/a.tex", r"\InputIfFileExists{a}{}{}": "a.tex", r"\usepackage{a}\x": "a.sty",
    r"\ExecuteMetaData[a]{t}": "a.tex", r"\IfFileExists{a}{\input{a}}{}": "a.tex", r"\newcommand\i{\input{a}}\i": "a.tex",
}  # fmt: skip


@pytest.mark.parametrize(("command", "name"), FILES.items())
def test_files_are_followed(tmp_path, command, name):
    text = r"\newcommand{\x}{\[a = b\]}" if name.endswith(".sty") else "%<*t>\n\\[a = b\\]\n%</t>\n"
    manuscript = found(tmp_path, f"{HEAD}{command}{END}", **{name: text})
    assert [f.statements for f in manuscript.formulas] == [("a = b",)] and manuscript.notes == ()


def test_a_part_that_is_a_document_of_its_own_is_read_without_its_frame(tmp_path):
    part = HEAD + one("a = b") + END + one("never = shown")
    manuscript = found(tmp_path, HEAD + r"\subfile{s/p}" + one("c = d") + END, **{"s/p.tex": part})
    assert [f.statements for f in manuscript.formulas] == [("a = b",), ("c = d",)]


def test_imports_are_taken_from_their_folder(tmp_path):
    files = {"s/a.tex": r"\input{b}\subimport{t}{c}", "s/b.tex": one("a = 1"), "s/t/c.tex": r"\input{d}", "s/t/d.tex": one("a = 2")}
    assert stated(tmp_path, r"\import{s}{a}", **files) == [["a=1"], ["a=2"]]


def test_what_can_not_be_followed_is_listed_and_the_exit_code_says_so(tmp_path, capsys):
    (tmp_path / "m.tex").write_text(one("a = b") + "\n\\input{missing}")
    code, out, err = run(capsys, "read", str(tmp_path / "m.tex"))
    assert code == 1 and "m.tex, line 2: 'missing' was not found" in err
    assert out.splitlines()[-1] == "1 of 1 formulas understood"


def test_paths_above_the_root_need_its_name(tmp_path, capsys):
    (tmp_path / "main").mkdir()
    (tmp_path / "c.tex").write_text(one("a = b"))
    main_file = tmp_path / "main" / "m.tex"
    main_file.write_text(HEAD + r"\input{../c}" + END)
    assert run(capsys, "read", str(main_file))[0] == 1
    code, out, _ = run(capsys, "read", str(main_file), "--root", str(tmp_path), "--json")
    assert code == 0 and [e["file"] for e in json.loads(out)] == ["c.tex"]
    assert run(capsys, "read", str(main_file), "--root", str(tmp_path / "main" / "none"))[0] == 2


def test_the_root_of_a_folder_is_found_or_named(tmp_path, capsys):
    (tmp_path / "a.tex").write_text(HEAD + one("a = 1") + END)
    (tmp_path / "z.tex").write_text(HEAD + r"\input{part}" + END)
    (tmp_path / "part.tex").write_text(one("a = 2"))
    assert [f.statements for f in read_formulas(tmp_path).formulas] == [("a = 2",)]
    assert [f.statements for f in read_formulas(tmp_path, "a.tex").formulas] == [("a = 1",)]
    code, _, err = run(capsys, "read", str(tmp_path), "--main", "b.tex")
    assert code == 2 and "b.tex" in err
    (tmp_path / "a.tex").unlink(), (tmp_path / "z.tex").write_text("none")
    with pytest.raises(FormulaError, match="--main"):
        read_formulas(tmp_path)


def packed(tmp_path, members) -> str:
    path = tmp_path / "source.tar.gz"
    with tarfile.open(path, "w:gz") as tar:
        for member, content in members:
            member = member if isinstance(member, tarfile.TarInfo) else tarfile.TarInfo(member)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return str(path)


def special(name: str, kind: bytes, to: str = "") -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.linkname = kind, to
    return member


def test_archives_are_read_without_being_unpacked(tmp_path, capsys):
    path = packed(tmp_path, [("p/m.tex", (HEAD + r"\input{s/a}" + END).encode()), ("p/s/a.tex", one("a = b").encode()), ("p/f.png", b"\0")])
    code, out, _ = run(capsys, "read", path, "--json")
    assert code == 0 and [(e["file"], e["line"], e["reading"]) for e in json.loads(out)] == [("p/s/a.tex", 1, ["a = b"])]
    single = tmp_path / "paper.gz"
    single.write_bytes(gzip.compress((HEAD + one("a = c") + END).encode()))
    assert [f.statements for f in read_formulas(single).formulas] == [("a = c",)]


def test_hostile_archives_are_refused_or_left_out(tmp_path, capsys):
    secret = tmp_path / "secret.tex"
    secret.write_text(one("secret = 1"))
    members = [
        ("m.tex", (HEAD + r"\input{l}\input{../secret}\input{h}" + one("a = b") + END).encode()),
        (special("l.tex", tarfile.SYMTYPE, str(secret)), b""), (special("h.tex", tarfile.LNKTYPE, "/etc/passwd"), b""),
        (special("d.tex", tarfile.CHRTYPE), b""), ("../out.tex", b"x"), ("/abs.tex", b"x"),
    ]  # fmt: skip
    code, out, err = run(capsys, "read", packed(tmp_path, members), "--json")
    assert code == 1 and [e["latex"] for e in json.loads(out)] == ["a = b"] and "secret = 1" not in err
    assert not (tmp_path.parent / "out.tex").exists() and err.count("no ordinary file inside the archive") == 5
    bomb = tmp_path / "bomb.tar.gz"
    bomb.write_bytes(gzip.compress(b"\0" * 300_000_000, 1))
    for path in (bomb, tmp_path / "cut.tar.gz"):
        if path != bomb:
            path.write_bytes(bomb.read_bytes()[:1000])
        assert run(capsys, "read", str(path))[0] == 2


def test_the_entries_of_the_contract(tmp_path, capsys):
    (tmp_path / "m.tex").write_text("\\begin{align}\nR &= x^2 \\label{e:r}\\\\\n S &= \\foo \\tag{7}\n\\end{align}\n")
    code, out, err = run(capsys, "read", str(tmp_path / "m.tex"), "--json")
    first, second = json.loads(out)
    assert code == 0 and err.splitlines()[-1] == "1 of 2 formulas understood"
    assert list(first) == ["file", "line", "label", "latex", "reading", "typeset", "status", "reason"]
    assert (first["line"], first["label"], first["latex"], first["status"]) == (2, "e:r", "R = x^2", "read")
    assert first["reading"] == ["R = x^2"] and first["typeset"] and first["reason"] is None
    assert (second["line"], second["label"], second["status"], second["reading"]) == (3, "7", "not read", [])
    assert run(capsys, "read", str(tmp_path / "none.tex"))[0] == 2 and run(capsys, "read")[0] == 2


def test_what_is_written_is_shown_with_the_macros_of_the_writer(tmp_path):
    body = r"\newcommand\s[1]{\gamma_{#1}}\newcommand\d[1]{#1^\dagger}\[ R = \s{0}\,\text{Re} a + \d{b} % why" "\n" r"\label{r} \]"
    (f,) = found(tmp_path, body).formulas
    assert f.latex == r"R = \s{0}\,\text{Re} a + \d{b}" and f.labels == ("r",)


def run(capsys, *arguments: str) -> tuple[int, str, str]:
    with pytest.raises(SystemExit) as ended:
        main(list(arguments))
    out, err = capsys.readouterr()
    return int(ended.value.code or 0), out, err


@pytest.mark.parametrize(
    ("body", "reading"),
    [
        (r"V = \mqty(a & [b + c] \\ (b) & c) + d", "V = matrix(row(a, b + c), row(b, c)) + d"),
        (r"V = \mqty*(a & b)", "V = matrix(row(a, b))"),
        (r"V = a & b", None),
        (r"V = (a) & (b)", None),
        (r"V &= a", "V = a"),
    ],
)
def test_columns_are_no_products(tmp_path, body, reading):
    """What stands in the columns of a table is never read as a product."""
    (tmp_path / "m.tex").write_text(
        "\\documentclass{article}\\usepackage{physics}\\begin{document}\\begin{equation}" + body + "\\end{equation}\\end{document}"
    )
    done = subprocess.run(
        [sys.executable, "-m", "cascade_sym.cli", "read", str(tmp_path / "m.tex"), "--json"], capture_output=True, text=True
    )
    (found,) = json.loads(done.stdout)
    assert found["reading"] == ([reading] if reading else []), found


@pytest.mark.parametrize(
    ("head", "encoding"),
    [("", "latin-1"), ("\\usepackage[latin1]{inputenc}", "latin-1"), ("\\usepackage{ctex}", "gb18030")],
)
def test_old_encodings_are_read(tmp_path, head: str, encoding: str) -> None:
    """Prose in an 8-bit encoding, declared or not, spoils no formula; Chinese bytes hide no command."""
    words = "中文語" if "ctex" in head else "Größe, für é"
    text = f"\\documentclass{{article}}{head}\\begin{{document}}{words}\\begin{{equation}}p=q\\end{{equation}}{words}"
    (tmp_path / "m.tex").write_bytes(text.encode(encoding))
    assert [u.reading.texts for u in read_manuscript(tmp_path / "m.tex").formulas] == [["p = q"]]
