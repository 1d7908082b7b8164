"""What was sent over MIDI, and what must hold of it whatever was played."""

from ambience.live.midi.messages import NOTE_OFF, NOTE_ON

Sent = list[tuple[int, int, bytes]]  # frame, port, message


def assert_no_note_hangs_or_doubles(sent: Sent) -> None:
    sounding: set[tuple[int, int, int]] = set()
    for _, port, message in sent:
        key = (port, message[0] & 0x0F, message[1] if len(message) > 1 else 0)
        if message[0] & 0xF0 == NOTE_ON:
            assert key not in sounding
            sounding.add(key)
        elif message[0] & 0xF0 == NOTE_OFF:
            assert key in sounding
            sounding.remove(key)
    assert not sounding
