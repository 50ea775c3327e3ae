# SPDX-License-Identifier: GPL-3.0-or-later
"""Words that call for a gesture, and words of the closed classes, by language.

The classes follow what speakers show most often with such words: pointing for persons and places, sweeping or shaken
hands for negation, a shrug for not knowing, hands apart for amounts and wholes (McNeill 1992; Kendon 2004, chapters 11
to 13).
"""

from __future__ import annotations

# A cue of several words is written with underscores.
CUES: dict[str, dict[str, str]] = {
    "en": {
        "me": "i me my mine myself",
        "you": "you your yours yourself yourselves",
        "we": "we us our ours ourselves together",
        "negate": """no not never none nothing nobody neither nor nowhere don't doesn't didn't won't wouldn't can't cannot couldn't
            shouldn't isn't aren't wasn't weren't haven't hasn't hadn't without hardly impossible no_way not_at_all""",
        "stop": "stop wait hold_on enough halt quit",
        "question": "what why how who which where really right isn't_it don't_you",
        "point": "there those yonder him them over_there",
        "left": "left",
        "right": "right_side right_hand to_the_right",
        "here": "here this these now today",
        "shrug": "maybe perhaps possibly probably whatever somehow somewhat don't_know no_idea who_knows not_sure guess",
        "size": """big bigger biggest huge great large larger enormous giant small smaller little tiny more less many much few
            long longer wide tall high whole_lot""",
        "all": "all every everybody everyone everything everywhere whole entire entirely world always",
        "time": "when then later before after tomorrow yesterday soon next last_time ago future past back_then",
        "example": "example instance like_this such imagine say for_example for_instance",
        "contrast": "but however although though instead besides otherwise on_the_other_hand yet except",
        "offer": "give take offer show look see idea suggest could let's please_have",
        "plea": "please beg hope sorry must need want help understand believe",
        "chop": "exactly must clearly absolutely definitely first second third point_is fact certainly precisely",
        "think": "think thought hmm remember suppose wonder consider",
    },
    "de": {
        "me": "ich mich mir mein meine meinen meinem meiner selbst",
        "you": "du dich dir dein deine deinen ihr euch euer eure sie_selbst ihnen",
        "we": "wir uns unser unsere unseren unserem unserer gemeinsam zusammen",
        "negate": "nein nicht nie niemals kein keine keinen keinem keiner nichts niemand nirgends weder ohne kaum unmöglich",
        "stop": "stopp halt warte warten genug schluss aufhören moment",
        "question": "was warum wieso weshalb wie wer welche welcher welches wo wohin wirklich oder_nicht nicht_wahr",
        "point": "dort da dorthin dahin jener jene drüben",
        "left": "links linke linken",
        "right": "rechts rechte rechten",
        "here": "hier hierher dieser diese dieses jetzt heute",
        "shrug": "vielleicht womöglich eventuell möglicherweise irgendwie egal keine_ahnung weiß_nicht vermutlich wahrscheinlich",
        "size": """groß große großer großes großen größer riesig enorm klein kleine kleiner kleinen winzig mehr weniger viel viele
            wenig lang lange länger breit hoch""",
        "all": "alle alles allen jeder jede jedes ganz ganze ganzen überall immer gesamt welt sämtliche",
        "time": "wann dann später vorher nachher morgen gestern bald danach früher damals zukunft vergangenheit",
        "example": "beispiel beispielsweise zum_beispiel etwa so_etwas stell_dir",
        "contrast": "aber jedoch allerdings trotzdem dennoch sondern andererseits sonst außerdem doch obwohl",
        "offer": "geben gibt nimm nehmen zeige zeigen schau sehen idee vorschlag könnten",
        "plea": "bitte hoffe hoffen leider entschuldigung muss müssen brauche brauchen hilfe glauben verstehen",
        "chop": "genau klar eindeutig unbedingt absolut erstens zweitens drittens tatsache sicher bestimmt",
        "think": "denke denken dachte glaube überlege überlegen hm erinnere",
    },
    "nl": {
        "me": "ik mij me mijn mezelf",
        "you": "jij je jou jouw jullie u uw jezelf",
        "we": "wij we ons onze onszelf samen",
        "negate": "nee niet nooit geen niets niemand nergens zonder nauwelijks onmogelijk noch helemaal_niet",
        "stop": "stop wacht wachten genoeg halt ophouden",
        "question": "wat waarom hoe wie welke welk waar echt toch_niet",
        "point": "daar daarheen ginds hem hen",
        "left": "links linker linkse",
        "right": "rechts rechter rechtse",
        "here": "hier hierheen deze dit nu vandaag",
        "shrug": "misschien wellicht mogelijk ergens waarschijnlijk geen_idee weet_niet maakt_niet_uit",
        "size": "groot grote groter grootste enorm reusachtig klein kleine kleiner meer minder veel weinig lang lange breed hoog",
        "all": "alle alles allemaal iedereen ieder elke overal altijd heel hele geheel wereld",
        "time": "wanneer dan later eerder morgen gisteren straks daarna toen vroeger toekomst verleden",
        "example": "voorbeeld bijvoorbeeld zoals zulke stel",
        "contrast": "maar echter toch daarentegen anders bovendien hoewel",
        "offer": "geven geef neem nemen toon kijk zien idee voorstel zouden",
        "plea": "alsjeblieft alstublieft hopen hoop sorry moet moeten nodig hulp geloof begrijp",
        "chop": "precies duidelijk absoluut zeker eerste tweede derde feit beslist",
        "think": "denk denken dacht vind hm herinner",
    },
}
# Words of the closed classes: they carry no accent in running speech, and tell which language it is.
FUNCTION_WORDS: dict[str, str] = {
    "en": """a an the and or but if of to in on at by for from with as is am are was were be been being do does did has have had
        will would can could shall should may might must i you he she it we they me him her us them my your his its our their
        this that these those there who whom which what than then so not into upon about over out up down no nor""",
    "de": """der die das den dem des ein eine einen einem einer eines und oder aber wenn weil dass ob von zu in im an am auf aus bei
        mit nach für um durch über unter vor zum zur als wie ist sind war waren sein hat haben hatte hatten wird werden wurde
        wurden kann können konnte muss müssen soll will ich du er sie es wir ihr mich dich ihn uns euch ihnen mir dir ihm
        mein dein sein unser dieser diese dieses auch so nicht es sich man noch nur""",
    "nl": """de het een en of maar als dat die dit deze van te in op aan bij voor met naar uit om door over onder tot dan is ben
        bent zijn was waren heeft hebben had hadden wordt worden werd kan kunnen kon moet moeten zal zullen wil ik je jij u hij ze
        zij we wij jullie me mij hem haar ons hun mijn jouw er niet ook zo nog al""",
}
