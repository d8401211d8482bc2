//! Names that every Python module has without importing them. Plain data.

/// Builtins of Python 2.7 and 3 (library reference, "Built-in Functions", "Built-in Constants", "Built-in Exceptions").
const BUILTINS: &str = "
    abs aiter all anext any apply ascii basestring bin bool breakpoint buffer bytearray bytes callable chr classmethod cmp
    coerce compile complex copyright credits delattr dict dir divmod enumerate eval exec execfile exit file filter float
    format frozenset getattr globals hasattr hash help hex id input int intern isinstance issubclass iter len license list
    locals long map max memoryview min next object oct open ord pow print property quit range raw_input reduce reload repr
    reversed round set setattr slice sorted staticmethod str sum super tuple type unichr unicode vars xrange zip __import__
    __build_class__ __debug__ Ellipsis False None NotImplemented True
    ArithmeticError AssertionError AttributeError BaseException BaseExceptionGroup BlockingIOError BrokenPipeError
    BufferError BytesWarning ChildProcessError ConnectionAbortedError ConnectionError ConnectionRefusedError
    ConnectionResetError DeprecationWarning EOFError EncodingWarning EnvironmentError Exception ExceptionGroup
    FileExistsError FileNotFoundError FloatingPointError FutureWarning GeneratorExit IOError ImportError ImportWarning
    IndentationError IndexError InterruptedError IsADirectoryError KeyError KeyboardInterrupt LookupError MemoryError
    ModuleNotFoundError NameError NotADirectoryError NotImplementedError OSError OverflowError PendingDeprecationWarning
    PermissionError ProcessLookupError PythonFinalizationError RecursionError ReferenceError ResourceWarning RuntimeError
    RuntimeWarning StandardError StopAsyncIteration StopIteration SyntaxError SyntaxWarning SystemError SystemExit TabError
    TimeoutError TypeError UnboundLocalError UnicodeDecodeError UnicodeEncodeError UnicodeError UnicodeTranslateError
    UnicodeWarning UserWarning ValueError Warning WindowsError ZeroDivisionError
";

/// Whether a name is a builtin of any Python.
#[must_use]
pub fn is_builtin(name: &str) -> bool {
    BUILTINS.split_ascii_whitespace().any(|builtin| builtin == name)
}
