"""The post office: letters that other rooms write go out from here, each once, or land in the desk's mailbox.

A *letter* is a row that is stored in the transaction of its cause, with subject and text frozen; *handing over* is what
the mail server confirms. An address is *suppressed* when letters to it came back or its owner wants none. The room
knows neither why a letter is written nor who reads it; what the sender is called is told by the room above
(`sender.py`).
"""
