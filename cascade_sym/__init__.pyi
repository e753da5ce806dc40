"""Everything public, and where it lives: what type checkers and editors see, and what is loaded on first use."""

# parts of an experiment
from cascade_sym.parts import (
    Oscillator as Oscillator,
    Loss as Loss,
    PhaseShift as PhaseShift,
    BeamSplitter as BeamSplitter,
    Cavity as Cavity,
    Squeezer as Squeezer,
    SLH as SLH,
    SqueezedLight as SqueezedLight,
    TwoModeSqueezedLight as TwoModeSqueezedLight,
    ThermalLight as ThermalLight,
    CorrelatedLight as CorrelatedLight,
    CoherentLight as CoherentLight,
    MechanicalOscillator as MechanicalOscillator,
    FreeMass as FreeMass,
    Coloured as Coloured,
    Permutation as Permutation,
    Circulator as Circulator,
    Isolator as Isolator,
)
from cascade_sym.parts.detectors import Homodyne as Homodyne, Heterodyne as Heterodyne

# composition
from cascade_sym.compose import (
    series as series,
    concatenate as concatenate,
    feedback as feedback,
    connect as connect,
    inverse as inverse,
    rephased as rephased,
    as_system as as_system,
    is_physical as is_physical,
    realise as realise,
)
from cascade_sym.system import Inputs as Inputs, LinearSystem as LinearSystem, Port as Port

# derivation
from cascade_sym.derive import (
    langevin as langevin,
    input_output as input_output,
    rotating_wave as rotating_wave,
    in_sidebands as in_sidebands,
    from_coupling as from_coupling,
    linearise as linearise,
    eliminate as eliminate,
    time_solution as time_solution,
    frequency_solution as frequency_solution,
)
from cascade_sym.derive.master_equation import (
    master_equation as master_equation,
    same_master_equation as same_master_equation,
)
from cascade_sym.derive.master_equation_moments import moment_equations as moment_equations
from cascade_sym.steps import Step as Step, Derivation as Derivation, Check as Check

# steady states
from cascade_sym.solve import (
    covariance as covariance,
    Covariance as Covariance,
    means as means,
    Means as Means,
    stability_conditions as stability_conditions,
    Stability as Stability,
)

# time
from cascade_sym.solve.motion import transient as transient, Transient as Transient

# conditional states
from cascade_sym.solve.conditional import riccati as riccati, conditional_covariance as conditional_covariance
from cascade_sym.solve.conditional.reduced import (
    solves_riccati as solves_riccati,
    reduced_polynomial as reduced_polynomial,
)
from cascade_sym.evaluate.conditional import (
    conditional_evaluator as conditional_evaluator,
    conditional_value as conditional_value,
)

# spectra and sensing
from cascade_sym.spectra import (
    transfer as transfer,
    poles as poles,
    zeros as zeros,
    noise_spectrum as noise_spectrum,
    cross_spectrum as cross_spectrum,
    noise_budget as noise_budget,
    integrated as integrated,
    over_susceptibilities as over_susceptibilities,
    partial_fractions as partial_fractions,
    quotient as quotient,
    Quadrature as Quadrature,
    Spectrum as Spectrum,
    correlation as correlation,
    Correlation as Correlation,
    first_order_coherence as first_order_coherence,
    second_order_coherence as second_order_coherence,
    emission_spectrum as emission_spectrum,
    temporal_mode as temporal_mode,
    TemporalModes as TemporalModes,
    Envelope as Envelope,
    exponential_envelope as exponential_envelope,
    top_hat as top_hat,
)
from cascade_sym.sensing import (
    force_port as force_port,
    ForcePort as ForcePort,
    signal_transfer as signal_transfer,
    phase_sensitivity as phase_sensitivity,
    added_noise as added_noise,
    lorentzian as lorentzian,
    matched_filter_steps as matched_filter_steps,
    matched_filter_sensitivity as matched_filter_sensitivity,
    Sensitivity as Sensitivity,
)

# estimation and feedback
from cascade_sym.estimation import (
    lqg as lqg,
    LQG as LQG,
    smoothing as smoothing,
    Smoothed as Smoothed,
    measurement_feedback as measurement_feedback,
    feedback_spectrum as feedback_spectrum,
    optimal_combination as optimal_combination,
    Combination as Combination,
)

# scalings
from cascade_sym.asymptotics import scaling as scaling, expand as expand, lower_bound as lower_bound

# figures of states
from cascade_sym.states import (
    epr_variance as epr_variance,
    log_negativity as log_negativity,
    negativity as negativity,
    duan as duan,
    steering as steering,
    readout_weight as readout_weight,
    two_mode_quadratures as two_mode_quadratures,
    purity as purity,
    symplectic_spectrum as symplectic_spectrum,
    symplectic_invariants as symplectic_invariants,
    entropy as entropy,
    mutual_information as mutual_information,
    squeezing as squeezing,
    ppt as ppt,
    bipartitions as bipartitions,
    van_loock_furusawa as van_loock_furusawa,
    fidelity as fidelity,
    quantum_fisher_information as quantum_fisher_information,
    wigner as wigner,
    GaussianChannel as GaussianChannel,
    gaussian_state as gaussian_state,
    light_state as light_state,
    reduced as reduced,
    standard_form as standard_form,
    williamson as williamson,
    bloch_messiah as bloch_messiah,
    state_evaluator as state_evaluator,
)

# numbers
from cascade_sym.evaluate import evaluator as evaluator, exact_value as exact_value
from cascade_sym.evaluate.steady_states import covariance_evaluator as covariance_evaluator
from cascade_sym.sweeps import sweep as sweep

# foundations
from cascade_sym.conventions import Conventions as Conventions
from cascade_sym.definitions import Definitions as Definitions, Quantity as Quantity
from cascade_sym.exact.truth import Equality as Equality, equal as equal, is_zero as is_zero, normal_form as normal_form
from cascade_sym.operators import (
    operator as operator,
    quadratures as quadratures,
    commutator as commutator,
    LinearForm as LinearForm,
    OperatorPolynomial as OperatorPolynomial,
)
from cascade_sym.symbols import symbol as symbol

# what values show
from cascade_sym.shown import Shown as Shown, renderer as renderer, card as card, Card as Card
from cascade_sym.latex.notation import notation as notation, Notation as Notation

# pictures
from cascade_sym.pictures import draw as draw, Drawing as Drawing
from cascade_sym.pictures.axes import plot_sweep as plot_sweep
from cascade_sym.pictures.over_time import plot_motion as plot_motion
from cascade_sym.pictures.sliders import sliders as sliders, Live as Live

# to and from other programs
from cascade_sym.exchange import (
    to_statespace as to_statespace,
    StateSpace as StateSpace,
    to_qutip as to_qutip,
    to_julia as to_julia,
    to_mathematica as to_mathematica,
    from_slh as from_slh,
    from_netlist as from_netlist,
)

# files
from cascade_sym.saved import save as save, load as load

# papers
from cascade_sym.paper import Model as Model, verify as verify
from cascade_sym.citations import citation as citation

# rooms, by their names
from . import (
    asymptotics as asymptotics,
    citations as citations,
    compose as compose,
    conventions as conventions,
    definitions as definitions,
    derive as derive,
    entanglement as entanglement,
    errors as errors,
    estimation as estimation,
    evaluate as evaluate,
    exact as exact,
    exchange as exchange,
    latex as latex,
    operators as operators,
    paper as paper,
    parts as parts,
    pictures as pictures,
    plot as plot,
    saved as saved,
    sensing as sensing,
    shown as shown,
    solve as solve,
    spectra as spectra,
    states as states,
    steps as steps,
    sweeps as sweeps,
    symbols as symbols,
    system as system,
)

__version__: str
__all__: list[str]
