"""The commands of ``houqin``, one module each; every one is loaded only when it is called."""
