"""Operations: model files on this machine and the embedded server that runs them."""
