"""The ledger: printed and derived sides compared, judged, typeset and stored. Only this room sees both."""
