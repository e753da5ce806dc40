"""axe-core finds nothing on the report: light and dark, on a laptop, a tablet and a phone, everything unfolded."""

from __future__ import annotations

import pytest

from tests.axe import WIDTHS, findings
from tests.tools import need_axe

LOW = '<p style="color:#999;background:#fff">Grey.</p><img src="data:,"></body>'


@pytest.mark.parametrize("colours", ["light", "dark"])
def test_axe_finds_nothing_on_the_report(built, tmp_path, colours):
    found = findings(need_axe(), built, ["report.html"], tmp_path, colours)
    assert found == {("report.html", width): [] for width in WIDTHS}


def test_axe_finds_what_is_wrong(page, tmp_path):
    site = tmp_path / "site"
    site.mkdir()
    (site / "bad.html").write_text(page.replace("</body>", LOW), encoding="utf-8")
    (bad,) = findings(need_axe(), site, ["bad.html"], tmp_path, "light", [820]).values()
    assert {"color-contrast", "image-alt"} <= {rule for rule, *_ in bad}
