"""Every alarm that the product can raise: one row each, by which it is delayed, prioritised, inhibited and explained."""

from services.shared.catalogue.alarm_class import AlarmClass as AlarmClass
from services.shared.catalogue.patterns import classes_of as classes_of
from services.shared.catalogue.rows import CATALOGUE as CATALOGUE
from services.shared.catalogue.rows import class_of as class_of
from services.shared.catalogue.rows import is_known as is_known
