from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class DiscussionConfig(AppConfig):
    name = "freiblatt.discussion"
    verbose_name = _("Discussion")

    def ready(self) -> None:
        from django.db.models.signals import post_migrate

        from freiblatt.articles import consequences
        from freiblatt.discussion import actions, grants, reader_receivers, receivers, rules  # noqa: F401 (heard, granted)
        from freiblatt.discussion.following import register_purposes
        from freiblatt.discussion.live import register_channels
        from freiblatt.discussion.models import HouseRule, HouseRuleText
        from freiblatt.discussion.parts import register_parts, tell_consequence
        from freiblatt.discussion.reader_page import register_section
        from freiblatt.jobs import rhythms, schedules
        from freiblatt.lib.wording import call
        from freiblatt.newsroom import audit

        register_parts()
        register_purposes()
        register_section()
        register_channels()
        rules.register_rules()
        schedules.every(rhythms.minutely(60), name="forget senders", job=actions.forget_senders)
        schedules.every(rhythms.minutely(60), name="forget reports", job=actions.forget_reports)
        schedules.every(rhythms.minutely(60), name="forget refused comments", job=actions.forget_refused)
        call(
            {
                "forget_refused": _("Delete refused comments that nobody can object to any more"),
                "open_the_desk": _("Let comments appear that came after hours"),
                "sort_new_comments": _("Sort the comments that wait"),
                "learn_from_decisions": _("Learn from the desk's decisions"),
                "discussion_asked": _("Question about a comment"),
                "write_to_reporter": _("Write to readers who reported a comment"),
                "forget_reports": _("Forget who reported comments"),
                "discussion_report_received": _("Report of a comment has arrived"),
                "discussion_report_decided": _("Report of a comment is decided"),
                "discussion_report_changed": _("Report of a comment is decided anew"),
                "discussion_report_objection_decided": _("Objection to a decision is answered"),
            }
        )
        schedules.every(rhythms.minutely(5), name="open the desk", job=actions.open_the_desk)
        schedules.every(rhythms.minutely(5), name="sort new comments", job=actions.sort_new_comments)
        schedules.every(rhythms.minutely(60), name="learn from decisions", job=actions.learn_from_decisions)
        audit.watch(HouseRule, "code", "place", "is_legal", "is_standing")
        audit.watch(HouseRuleText, "language", "title", "text", parent="rule")
        audit.watch_deletion(HouseRule)
        post_migrate.connect(actions.plant_after_migrate, sender=self, dispatch_uid="discussion.house_rules")
        consequences.register("discussion", tell_consequence)
        call(
            {
                "tell_followers": _("Tell readers of news in a discussion"),
                "write_to_writer": _("Tell the writer of a comment what was decided"),
                "discussion_news": _("News of a discussion"),
                "discussion_voting": _("Link for voting"),
                "discussion_decision": _("What the newsroom decided about a comment"),
            }
        )
