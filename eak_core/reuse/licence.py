"""The licence of open data: Licence Ouverte 2.0, which French administrations use (decree 2017-638;
articles L323-2 and D323-2-1 of the code of relations between the public and the administration)."""

#: How catalogues name it, where it is read, and how SPDX identifies it.
TITLE = "Licence Ouverte / Open Licence version 2.0"
ADDRESS = "https://www.etalab.gouv.fr/licence-ouverte-open-licence"
SPDX = "https://spdx.org/licenses/etalab-2.0"
