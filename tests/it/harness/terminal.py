"""Runs a program on a terminal of its own: `terminal.py ANSWER PROGRAM ARGUMENT...`.

What the program writes is passed on as it is, both streams together. As soon as
it asks a question, ANSWER is typed; `^C` is Ctrl-C, and a line break is added to
everything else. Ends with the program's status.
"""

import os
import pty
import sys


def main(answer, program, *arguments):
    typed = b"\x03" if answer == "^C" else answer.encode() + b"\n"
    child, terminal = pty.fork()
    if child == 0:
        os.execv(program, [program, *arguments])
    heard = b""
    answered = False
    while chunk := read(terminal):
        heard += chunk
        os.write(1, chunk)
        if not answered and b"[y/N]" in heard:
            answered = True
            os.write(terminal, typed)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def read(terminal):
    try:
        return os.read(terminal, 4096)
    except OSError:
        # Linux says so when the other side has gone.
        return b""


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
