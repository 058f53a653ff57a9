"""Every rule there is, by what it is about."""

from __future__ import annotations

from eval_harness.lint import (
    adapter,
    header_rules,
    leak_rules,
    reply_rules,
    template,
    text_rules,
    tokenization,
)
from eval_harness.lint.adapter import AdapterFolder
from eval_harness.lint.model import ModelTokens
from eval_harness.lint.replies import Replies
from eval_harness.lint.rule import Rule

MODEL_RULES: tuple[Rule[ModelTokens], ...] = (
    Rule("template", "error", "the chat template renders a plain conversation", template.template_works),
    Rule("bos-twice", "error", "a rendered and encoded prompt begins once", template.one_begin_of_text),
    Rule(
        "prompt-mismatch",
        "error",
        "a generation prompt is the beginning of a training text, in text and ids",
        template.prompt_is_as_in_training,
    ),
    Rule(
        "prompt-ids",
        "warning",
        "the template's prompt has the ids that this project generates from",
        template.prompt_is_this_projects,
    ),
    Rule("eot-not-a-stop", "error", "the token that ends a reply ends a generation", template.reply_ends),
    Rule("pad-is-eot", "warning", "the padding token does not end replies", template.padding_is_no_end),
    Rule("roundtrip", "error", "Bengali text comes back as it was encoded", tokenization.text_comes_back),
    Rule("normal-form", "warning", "a text has the same tokens in any form", tokenization.normal_form_is_kept),
    Rule("fertility", "warning", "at most four tokens a Bengali word", tokenization.few_tokens_a_word),
    Rule("context", "error", "persona and a whole reply fit the context", tokenization.context_is_long_enough),
)

ADAPTER_RULES: tuple[Rule[AdapterFolder], ...] = (
    Rule("adapter-base", "error", "an adapter names its base model", adapter.base_is_named),
    Rule("adapter-fits", "error", "an adapter's tensors are plain LoRA of its base", adapter.fits_its_base),
    Rule("adapter-vocabulary", "error", "an adapter's tokenizer is its base's", adapter.vocabulary_is_the_bases),
    Rule("adapter-scale", "error", "an adapter's scale is above 0", adapter.scale_is_a_scale),
)

RECORD_RULES: tuple[Rule[Replies], ...] = (
    Rule("special-token", "error", "no special token is scored as text", text_rules.special_tokens),
    Rule("leak-exact", "error", "no question or reference was trained on", leak_rules.exact_leak),
    Rule("leak-normalised", "error", "nor one that differs in spelling alone", leak_rules.normalised_leak),
    Rule("leak-near", "warning", "nor most of one", leak_rules.near_leak),
    Rule("leak-conversation", "error", "no item is a turn of a trained conversation", leak_rules.conversation_leak),
    Rule("repeated-question", "warning", "each question is asked once", leak_rules.repeated_question),
    Rule("cut-replies", "warning", "no reply is cut by the cap on tokens", reply_rules.cut_replies),
    Rule("unfinished-replies", "warning", "replies of others end as sentences do", reply_rules.unfinished_replies),
    Rule("long-references", "warning", "no reference is longer than a reply may be", reply_rules.references_fit),
    Rule("not-nfc", "warning", "texts are in NFC", text_rules.normal_form),
    Rule("joiners", "warning", "both sides have zero-width joiners, or none", text_rules.joiners),
    Rule("danda", "warning", "both sides end sentences with the danda", text_rules.danda),
    Rule("digits", "warning", "both sides write numbers alike", text_rules.digits),
    Rule("unseeded", "warning", "replies can be drawn again", header_rules.seeded),
    Rule("equal-repeats", "warning", "repeats are replies of their own", reply_rules.equal_repeats),
    Rule("empty-reply", "warning", "no reply is empty", text_rules.empty_replies),
    Rule("error-message", "error", "no reply or reference is what a program says", text_rules.error_messages),
    Rule("reply-is-question", "warning", "replies do not repeat the question", reply_rules.reply_is_question),
    Rule("reply-is-reference", "error", "replies are not the references", reply_rules.reply_is_reference),
    Rule("constant-reply", "warning", "replies differ", reply_rules.constant_reply),
    Rule("script", "warning", "questions and references are in Bengali script", text_rules.script),
    Rule("incomplete", "error", "every reply that the header promises is there", header_rules.complete),
    Rule("skipped", "warning", "no item was skipped", header_rules.skipped),
    Rule("mixed-prompts", "error", "records were made with the header's prompt", header_rules.prompts),
)
