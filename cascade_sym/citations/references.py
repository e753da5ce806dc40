"""The literature behind the toolkit's methods, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Reference:
    """One entry of a bibliography: its key, its kind ("article", "book", "misc") and its fields."""

    key: str
    kind: str
    fields: Mapping[str, str]

    def bibtex(self) -> str:
        """The entry in BibTeX.

        >>> print(Reference("a2020", "misc", {"title": "T", "year": "2020"}).bibtex())
        @misc{a2020,
          title = {T},
          year = {2020},
        }
        """
        lines = [f"  {k} = {{{v}}}," for k, v in self.fields.items()]
        return "\n".join([f"@{self.kind}{{{self.key},", *lines, "}"])


def _article(
    key: str, author: str, title: str, journal: str, volume: str, pages: str, year: str, doi: str
) -> Reference:
    fields = {"author": author, "title": title, "journal": journal, "volume": volume, "pages": pages, "year": year}
    return Reference(key, "article", {**fields, **({"doi": doi} if doi else {})})


METHODS: Mapping[str, Reference] = {
    "series product": _article(
        "gough2009series", "Gough, John and James, Matthew R.",
        "The Series Product and Its Application to Quantum Feedforward and Feedback Networks",
        "IEEE Transactions on Automatic Control", "54", "2530--2544", "2009", "10.1109/TAC.2009.2031205",
    ),
    "input-output": _article(
        "gardiner1985", "Gardiner, C. W. and Collett, M. J.",
        "Input and output in damped quantum systems: Quantum stochastic differential equations and the master equation",
        "Physical Review A", "31", "3761--3774", "1985", "10.1103/PhysRevA.31.3761",
    ),
    "EPR variance": _article(
        "duan2000", "Duan, Lu-Ming and Giedke, G. and Cirac, J. I. and Zoller, P.",
        "Inseparability Criterion for Continuous Variable Systems", "Physical Review Letters", "84", "2722--2725",
        "2000", "10.1103/PhysRevLett.84.2722",
    ),
    "logarithmic negativity": _article(
        "vidal2002", "Vidal, G. and Werner, R. F.", "Computable measure of entanglement", "Physical Review A", "65",
        "032314", "2002", "10.1103/PhysRevA.65.032314",
    ),
    "conditional states": _article(
        "wiseman2005", "Wiseman, H. M. and Doherty, A. C.",
        "Optimal Unravellings for Feedback Control in Linear Quantum Systems", "Physical Review Letters", "94",
        "070405", "2005", "10.1103/PhysRevLett.94.070405",
    ),
    "quantum measurement": Reference(
        "wiseman2010", "book",
        {"author": "Wiseman, Howard M. and Milburn, Gerard J.", "title": "Quantum Measurement and Control",
         "publisher": "Cambridge University Press", "year": "2010"},
    ),
    "doubling": _article(
        "chu2005", "Chu, E. K.-W. and Fan, H.-Y. and Lin, W.-W.",
        "A structure-preserving doubling algorithm for continuous-time algebraic {R}iccati equations",
        "Linear Algebra and its Applications", "396", "55--80", "2005", "10.1016/j.laa.2004.10.010",
    ),
    "ball arithmetic": _article(
        "johansson2017", "Johansson, Fredrik", "Arb: Efficient Arbitrary-Precision Midpoint-Radius Interval Arithmetic",
        "IEEE Transactions on Computers", "66", "1281--1292", "2017", "10.1109/TC.2017.2690633",
    ),
    "computer algebra": _article(
        "meurer2017", "Meurer, Aaron and others", "{SymPy}: symbolic computing in {P}ython", "PeerJ Computer Science",
        "3", "e103", "2017", "10.7717/peerj-cs.103",
    ),
    "exact polynomials": Reference(
        "flint", "misc", {"author": "{The FLINT team}", "title": "{FLINT}: {F}ast {L}ibrary for {N}umber {T}heory",
                          "howpublished": "flintlib.org"},
    ),
    "high precision": Reference(
        "mpmath", "misc",
        {"author": "{The mpmath development team}",
         "title": "mpmath: a {P}ython library for arbitrary-precision floating-point arithmetic",
         "howpublished": "mpmath.org"},
    ),
}  # fmt: skip
