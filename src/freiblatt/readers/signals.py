"""What readers decide; rooms above listen. Every signal is sent inside the transaction of its cause.

`consent_given` and `consent_withdrawn` carry `consent`. `reader_export_asked` carries `reader`; a receiver returns a
dictionary, ready for JSON, of what its room knows of this reader, under the room's name. `reader_erased` carries
`reader`, whose row still stands and is deleted right after: a receiver deletes what its room has of this reader.
"""

from django.dispatch import Signal

consent_given = Signal()
consent_withdrawn = Signal()
reader_export_asked = Signal()
reader_erased = Signal()
