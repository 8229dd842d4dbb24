"""The policies desk joins the house."""

from django.apps import AppConfig


class Config(AppConfig):
    name = "kechuang.desks.policies"
    label = "policies"
