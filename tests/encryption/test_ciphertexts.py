import pytest
from hypothesis import given
from hypothesis import strategies as st

from vedette.encryption.cipher import HEADER, CiphertextHead, decrypt, encrypt, read_head, write_context
from vedette.errors import Wrong

KEY = "11111111-2222-3333-4444-555555555555"
HEAD = CiphertextHead(KEY, 7)
MATERIAL = bytes(range(32))
contexts = st.dictionaries(st.text(max_size=8), st.text(max_size=8), max_size=4)


@given(st.binary(max_size=4096), contexts)
def test_what_was_encrypted_comes_back_and_names_its_key(plaintext, context):
    ciphertext = encrypt(MATERIAL, HEAD, plaintext, context)
    assert read_head(ciphertext) == HEAD
    assert decrypt(MATERIAL, ciphertext, context) == plaintext


@given(contexts, contexts)
def test_no_two_contexts_are_written_alike(one, other):
    assert (write_context(one) == write_context(other)) == (one == other)


def test_the_same_bytes_are_never_encrypted_alike():
    assert len({encrypt(MATERIAL, HEAD, b"x", {}) for _ in range(100)}) == 100


@pytest.mark.parametrize("place", range(0, HEADER + 5 + 16, 3))
def test_a_changed_byte_is_found_wherever_it_is(place):
    ciphertext = bytearray(encrypt(MATERIAL, HEAD, b"hello", {"a": "b"}))
    ciphertext[place] ^= 1
    with pytest.raises(Wrong):
        opened(bytes(ciphertext))


def opened(ciphertext):
    """Decrypt as the room does: by the key that the head names."""
    if read_head(ciphertext) != HEAD:
        raise Wrong("The head names another key.")
    return decrypt(MATERIAL, ciphertext, {"a": "b"})


@pytest.mark.parametrize("context", [{}, {"a": "c"}, {"A": "b"}, {"a": "b", "c": ""}, {"ab": ""}])
def test_another_context_opens_nothing(context):
    with pytest.raises(Wrong, match="another encryption context"):
        decrypt(MATERIAL, encrypt(MATERIAL, HEAD, b"hello", {"a": "b"}), context)


@pytest.mark.parametrize("length", [0, 1, HEADER, HEADER + 15])
def test_what_was_cut_is_refused(length):
    with pytest.raises(Wrong):
        read_head(encrypt(MATERIAL, HEAD, b"", {})[:length])
