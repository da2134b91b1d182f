"""Drives the pages of live_smoke.sh: live_smoke.py URL SUPERVISOR_PID FOLDER."""
import os
import re
import signal
import sys
import time

from chromium import Chromium

url, supervisor, folder = sys.argv[1], int(sys.argv[2]), sys.argv[3]


def workers():
    with open(f"/proc/{supervisor}/task/{supervisor}/children") as children:
        return [int(pid) for pid in children.read().split()]


def kill_worker(pid):
    """Kills it and waits until another has taken its place."""
    os.kill(pid, signal.SIGKILL)
    with open(f"{folder}/server.log") as log:
        while True:
            ready = re.findall(r"\(pid (\d+)\) is ready", log.read() or "")
            if any(int(new) not in killed_or_known for new in ready):
                killed_or_known.update(int(new) for new in ready)
                return
            time.sleep(0.02)


def say(page, text):
    page.run(f"document.getElementById('text').value = {text!r};"
             "document.getElementById('say').requestSubmit()")


def lines_with(text):
    return ("[...document.querySelectorAll('#said li')]"
            f".filter((line) => line.textContent.includes({text!r})).length")


TICKS = ("[...document.querySelectorAll('#ticks li')]"
         ".map((line) => line.textContent.split(' ')[0])")

killed_or_known = set(workers())
with Chromium(folder) as chromium:
    ann = chromium.open(f"{url}/chat/?name=Ann&room=lobby")
    bob = chromium.open(f"{url}/chat/?name=Bob&room=lobby")
    ticker = chromium.open(f"{url}/ticker/")

    both_here = "document.getElementById('present').textContent.startsWith('2 here: ')"
    ann.wait(both_here)
    bob.wait(both_here)
    say(ann, "hello <i>Bob</i>")
    bob.wait(lines_with("Annhello <i>Bob</i>") + " === 1")
    say(bob, "hello Ann")
    ann.wait(lines_with("Bobhello Ann") + " === 1")
    print("Two pages talked to each other.")

    ticker.wait(f"{TICKS}.length >= 3")
    for page in (ann, bob):
        page.run("window.first = socket")
    ticker.run("window.lost = 0; new MutationObserver(() => {"
               "  if (state.textContent.startsWith('lost')) lost++;"
               "}).observe(state, {childList: true})")
    for worker in sorted(killed_or_known):
        kill_worker(worker)

    for page in (ann, bob):
        page.wait("socket !== first && socket.readyState === WebSocket.OPEN")
        page.wait("document.getElementById('state').textContent.startsWith('in lobby')")
        page.wait(both_here)
    say(bob, "still there?")
    ann.wait(lines_with("Bobstill there?") + " === 1")
    for page in (ann, bob):  # the history came again, and nothing is there twice
        assert page.run("document.querySelectorAll('#said li').length") == 3
    print("Both came back when their workers were killed, and nothing was lost.")

    ticker.wait("lost > 0 && state.textContent === 'open'")
    cut = int(ticker.run(TICKS)[0])
    ticker.wait(f"Number({TICKS}[0]) > {cut} + 2")
    ticks = [int(tick) for tick in ticker.run(TICKS)]
    assert len(ticks) >= 8, ticks
    assert ticks == list(range(ticks[0], ticks[0] - len(ticks), -1)), ticks
    print(f"EventSource came back and missed none of {len(ticks)} ticks.")
