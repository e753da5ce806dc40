"""The literature behind the toolkit's methods, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace


@dataclass(frozen=True)
class Reference:
    """One entry of a bibliography: key, kind ("article", "book", "misc"), fields, and what it is cited for."""

    key: str
    kind: str
    fields: Mapping[str, str]
    use: str = ""

    def bibtex(self) -> str:
        """The entry in BibTeX.

        >>> print(Reference("a2020", "misc", {"title": "T", "year": "2020"}).bibtex())
        @misc{a2020,
          title = {T},
          year = {2020},
        }
        """
        lines = [f"  {k} = {{{_balanced(v)}}}," for k, v in self.fields.items()]
        return "\n".join([f"@{self.kind}{{{self.key},", *lines, "}"])


def _balanced(text: str) -> str:
    """Text without its braces where they would end the field early."""
    depth = 0
    for c in text:
        depth += (c == "{") - (c == "}")
        if depth < 0:
            break
    return text if depth == 0 else text.replace("{", "").replace("}", "")


def _article(
    key: str, author: str, title: str, journal: str, volume: str, pages: str, year: str, doi: str
) -> Reference:
    fields = {"author": author, "title": title, "journal": journal, "volume": volume, "pages": pages, "year": year}
    return Reference(key, "article", {**fields, "doi": doi})


def _book(key: str, author: str, title: str, publisher: str, year: str, doi: str = "") -> Reference:
    fields = {"author": author, "title": title, "publisher": publisher, "year": year}
    return Reference(key, "book", {**fields, **({"doi": doi} if doi else {})})


_METHODS: Mapping[str, Reference] = {
    "series product": _article(
        "gough2009", "Gough, John and James, Matthew R.",
        "The Series Product and Its Application to Quantum Feedforward and Feedback Networks",
        "IEEE Transactions on Automatic Control", "54", "2530--2544", "2009", "10.1109/TAC.2009.2031205",
    ),
    "feedback networks": _article(
        "goughnetworks2009", "Gough, John and James, Matthew R.",
        "Quantum Feedback Networks: {H}amiltonian Formulation", "Communications in Mathematical Physics", "287",
        "1109--1132", "2009", "10.1007/s00220-008-0698-8",
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
    "physical realisability": _article(
        "james2008", "James, Matthew R. and Nurdin, Hendra I. and Petersen, Ian R.",
        "{$H^\\infty$} Control of Linear Quantum Stochastic Systems", "IEEE Transactions on Automatic Control", "53",
        "1787--1803", "2008", "10.1109/TAC.2008.929378",
    ),
    "quantum measurement": _book(
        "wiseman2010", "Wiseman, Howard M. and Milburn, Gerard J.", "Quantum Measurement and Control",
        "Cambridge University Press", "2010", "10.1017/CBO9780511813948",
    ),
    "conditional states": _article(
        "wiseman2005", "Wiseman, H. M. and Doherty, A. C.",
        "Optimal Unravellings for Feedback Control in Linear Quantum Systems", "Physical Review Letters", "94",
        "070405", "2005", "10.1103/PhysRevLett.94.070405",
    ),
    "filtering": _article(
        "kalman1961", "Kalman, R. E. and Bucy, R. S.", "New Results in Linear Filtering and Prediction Theory",
        "Journal of Basic Engineering", "83", "95--108", "1961", "10.1115/1.3658902",
    ),
    "spectral factorisation": _book(
        "bini2012", "Bini, Dario A. and Iannazzo, Bruno and Meini, Beatrice",
        "Numerical Solution of Algebraic {R}iccati Equations", "SIAM", "2012", "10.1137/1.9781611972092",
    ),
    "doubling": _article(
        "chu2005", "Chu, E. K.-W. and Fan, H.-Y. and Lin, W.-W.",
        "A structure-preserving doubling algorithm for continuous-time algebraic {R}iccati equations",
        "Linear Algebra and its Applications", "396", "55--80", "2005", "10.1016/j.laa.2004.10.010",
    ),
    "noise spectra": _article(
        "clerk2010", "Clerk, A. A. and Devoret, M. H. and Girvin, S. M. and Marquardt, Florian and Schoelkopf, R. J.",
        "Introduction to quantum noise, measurement, and amplification", "Reviews of Modern Physics", "82",
        "1155--1208", "2010", "10.1103/RevModPhys.82.1155",
    ),
    "matched filter": _book(
        "wainstein1962", "Wainstein, L. A. and Zubakov, V. D.", "Extraction of Signals from Noise", "Prentice-Hall",
        "1962",
    ),
    "integrals of spectra": _book(
        "james1947", "James, Hubert M. and Nichols, Nathaniel B. and Phillips, Ralph S.", "Theory of Servomechanisms",
        "McGraw-Hill", "1947",
    ),
    "Puiseux series and valuations": _book(
        "walker1950", "Walker, Robert J.", "Algebraic Curves", "Princeton University Press", "1950",
    ),
    "elimination": _book(
        "cox2015", "Cox, David A. and Little, John and O'Shea, Donal", "Ideals, Varieties, and Algorithms", "Springer",
        "2015", "10.1007/978-3-319-16721-3",
    ),
    "polynomials from digits": _article(
        "lenstra1982", "Lenstra, A. K. and Lenstra, Jr., H. W. and Lov{\\'a}sz, L.",
        "Factoring polynomials with rational coefficients", "Mathematische Annalen", "261", "515--534", "1982",
        "10.1007/BF01457454",
    ),
    "optimisation": _article(
        "virtanen2020", "Virtanen, Pauli and others",
        "{SciPy} 1.0: fundamental algorithms for scientific computing in {P}ython", "Nature Methods", "17",
        "261--272", "2020", "10.1038/s41592-019-0686-2",
    ),
    "labelled arrays": _article(
        "hoyer2017", "Hoyer, Stephan and Hamman, Joe", "xarray: {N-D} labeled Arrays and Datasets in {P}ython",
        "Journal of Open Research Software", "5", "10", "2017", "10.5334/jors.148",
    ),
    "arrays": _article(
        "harris2020", "Harris, Charles R. and others", "Array programming with {NumPy}", "Nature", "585", "357--362",
        "2020", "10.1038/s41586-020-2649-2",
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

METHODS: Mapping[str, Reference] = {use: replace(r, use=use) for use, r in _METHODS.items()}
