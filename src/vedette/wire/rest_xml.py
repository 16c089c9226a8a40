"""REST-XML, the protocol of S3: documents by shape.

Which operation a request is, and S3's many exceptions, api/s3 knows.
"""

from vedette.wire.xml_values import escape, from_xml, to_xml

__all__ = ["escape", "from_xml", "to_xml"]
