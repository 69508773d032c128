"""Runs a program on a terminal of its own: `terminal.py ANSWER PROGRAM ARGUMENT...`.

What the program writes is passed on as it is, both streams together. As soon as
it asks a question, ANSWER is typed, of several lines one to each question; `^C`
is Ctrl-C, and a line break is added to everything else. Ends with the program's
status.
"""

import os
import pty
import sys
import termios

QUESTIONS = (b"[y/N] ", b"Username: ", b"Password: ")


def main(answer, program, *arguments):
    lines = [b"\x03" if line == "^C" else line.encode() + b"\n" for line in answer.split("\n")]
    child, terminal = pty.fork()
    if child == 0:
        # Else Linux throws away what the program writes at the moment of a Ctrl-C.
        modes = termios.tcgetattr(0)
        modes[3] |= termios.NOFLSH
        termios.tcsetattr(0, termios.TCSANOW, modes)
        os.execv(program, [program, *arguments])
    heard = b""
    while chunk := read(terminal):
        heard += chunk
        os.write(1, chunk)
        if lines and any(question in heard for question in QUESTIONS):
            heard = b""
            os.write(terminal, lines.pop(0))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def read(terminal):
    try:
        return os.read(terminal, 4096)
    except OSError:
        # Linux says so when the other side has gone.
        return b""


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
