"""The screens of reports, by what somebody does with them."""
