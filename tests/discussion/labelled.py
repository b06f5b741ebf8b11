"""About two hundred comments as a desk sees them, written for these tests, each with what a desk would decide."""

#: Fit for print: questions, knowledge, sharp but fair disagreement, thanks; also with rude words about things.
FINE = """
Wer haftet eigentlich, wenn der Käufer des Hafens zahlungsunfähig wird?
Ich habe zwölf Jahre im Containerterminal gearbeitet. Die Kaianlagen waren schon 2009 marode.
Danke für die gründliche Recherche. Gibt es die Gutachten irgendwo zum Nachlesen?
Im dritten Absatz steht 2021, der Vertrag wurde aber im März 2022 unterschrieben.
Das sehe ich anders: Ein Verkauf kann sinnvoll sein, wenn die Stadt ein Vorkaufsrecht behält.
Könnten Sie erklären, woher die Zahl von 400 Millionen stammt?
Meine Mutter wohnt am Kai. Seit der Umstellung fahren nachts dreimal so viele Lastwagen.
Die Grafik ist auf dem Telefon kaum zu lesen, ließe sie sich größer zeigen?
Ein wichtiger Punkt fehlt: Die Betriebsrente der Hafenarbeiter ist nicht abgesichert.
Sehr guter Artikel, vor allem der Teil über die Aufsicht.
Ich halte die Schlussfolgerung für falsch. Die Quelle sagt nur, dass geprüft wird.
War der Bürgermeister bei der Sitzung überhaupt anwesend?
In Rotterdam wurde das ähnlich gelöst, dort hält die Stadt siebzig Prozent.
Warum wird die Opposition nicht zitiert? Sie hat dazu eine Anfrage gestellt.
Als Juristin würde ich ergänzen: Das Vergaberecht verlangt hier eine Ausschreibung.
Der Vergleich mit Piräus hinkt, weil dort der Staat und nicht die Stadt verkauft hat.
Ich verstehe die Aufregung nicht ganz, die Arbeitsplätze bleiben doch erhalten.
Bitte bleiben Sie an dem Thema dran!
Gibt es eine Frist, bis zu der der Rat zustimmen muss?
Die Mehrwertsteuer ist in der Rechnung vergessen worden, dann kommt man auf 476 Millionen.
Was heißt denn "nachrangiges Darlehen" in diesem Zusammenhang?
Mich überzeugt das Argument des Senators nicht, aber es hätte ausführlicher vorkommen dürfen.
Wir haben als Bürgerinitiative Akteneinsicht beantragt und nach acht Monaten nur Schwärzungen bekommen.
Das ist eine Sauerei, was da mit öffentlichem Geld passiert. Danke, dass Sie es aufschreiben.
Der Link zum Protokoll führt ins Leere.
Kleine Ergänzung: Die Reederei gehört seit 2019 zur Hälfte einem Pensionsfonds.
So ein Quatsch kommt heraus, wenn man Gutachten nicht liest. Seite 14 sagt das Gegenteil.
Wie hoch waren die Kosten für die Berater?
Ich war bei der Versammlung. Es haben nicht 200, sondern höchstens 80 Leute teilgenommen.
Die Entscheidung ist dumm, aber sie ist demokratisch gefallen.
Hat die Redaktion den Käufer um Stellungnahme gebeten?
Zum Lärm: Die Messstation steht auf der falschen Seite des Beckens.
Ich vermisse eine Karte, auf der die verkauften Flächen zu sehen sind.
Interessant wäre, wie andere Städte das Risiko absichern.
Bei uns im Betrieb ist das seit Monaten Gesprächsthema. Viele haben Angst um ihre Stellen.
Das Zitat ist aus dem Zusammenhang gerissen, im Original geht der Satz weiter.
Vielleicht übersehe ich etwas, aber wo steht, dass der Bund zustimmen muss?
Guter Hinweis von Bruno. Dazu gibt es auch ein Urteil des Verwaltungsgerichts.
Für mich ist der Artikel zu einseitig, die Vorteile kommen nur in einem Satz vor.
Seit wann ist die Aufsichtsbehörde informiert?
Der Hafen macht seit zehn Jahren Verlust, das sollte man dazusagen.
Ich habe den Vertrag gelesen: Paragraf 7 erlaubt die Kündigung nur nach zwanzig Jahren.
Herzlichen Glückwunsch zum Preis für diese Serie.
Das Gehalt der Geschäftsführerin steht im Beteiligungsbericht auf Seite 31.
Können Sie nachfragen, ob die Feuerwehr beteiligt war?
Wer die Unterlagen sehen will, kann sie im Rathaus einsehen, Zimmer 214.
Mir fehlt die Sicht der Fischer, die den Liegeplatz verlieren.
Stimmt es, dass der Investor schon in Triest gescheitert ist?
Nein, das stimmt so nicht: In Triest hat er sich vor dem Abschluss zurückgezogen.
Sachlich, knapp, verständlich. So wünsche ich mir Berichterstattung.
Die Berechnung in der Tabelle ist richtig, nur die Überschrift verspricht zu viel.
Ich finde es falsch, dass die Namen der Angestellten genannt werden.
Was sagt eigentlich die Gewerkschaft zu dem Plan?
Das Foto zeigt nicht den Südhafen, sondern das Becken drei.
Ein Nachtrag wäre schön, sobald der Rat entschieden hat.
Ärgerlich, dass die Verwaltung wieder nicht antwortet.
Der Stadtkämmerer hat das im Ausschuss anders dargestellt, ich saß auf der Tribüne.
Die Kritik am Gutachter teile ich nicht, er hat nur den Auftrag erfüllt, den er bekam.
Wie kann ich die Redaktion vertraulich erreichen?
Der Begriff Heuschrecke hilft nicht weiter. Fragen wir lieber nach der Rendite.
Who is liable if the buyer of the port goes bankrupt?
I worked at the terminal for nine years and the cranes were never inspected.
Thank you for this. Could you publish the contract itself?
The figure in the second paragraph should be 4.2 million, not 42 million.
I disagree with the conclusion, but the reporting is careful.
Has the regulator answered your questions yet?
My neighbour was moved out of her flat because of the noise.
The chart would be easier to read with a zero line.
In Gdansk the city kept the land and only leased the quay.
What does the opposition say about the price?
As a lawyer I would add that the tender may be void.
The comparison with Piraeus does not work, the state owned that one.
Please keep following this story.
Where can I read the minutes of the meeting?
You forgot to mention the pension fund, which holds half of the shares.
This is an outrage, and I am glad that somebody writes about it.
That is nonsense, page 14 of the report says the opposite.
How much did the consultants cost?
I was at the hearing. There were about eighty people, not two hundred.
It is a stupid decision, but it was taken by a vote.
Did you ask the buyer for a comment?
The measuring station stands on the wrong side of the basin.
A map of the plots would help.
How do other cities protect themselves against this risk?
People at our plant talk about nothing else, many fear for their jobs.
The quotation is cut short; the sentence goes on in the original.
Maybe I am missing something, but why does the federal state have to agree?
There is also a court ruling on this from 2018.
The piece is one-sided, the advantages get one sentence.
When was the supervisory board informed?
The port has lost money for ten years, that should be said.
Clause 7 allows them to leave only after twenty years.
Congratulations on the award for this series.
Could you ask whether the fire brigade was consulted?
I miss the view of the fishermen who lose their berths.
Is it true that this investor failed in Trieste?
Not quite: they withdrew before signing.
Clear, short and fair. More of this.
The table is right, only the headline promises too much.
I think it is wrong to name the employees.
What do the unions say?
The picture shows basin three, not the south harbour.
Annoying that the administration does not answer again.
The treasurer said something else in committee, I sat in the gallery.
I do not share the criticism of the expert, he did what he was paid for.
How can I reach the newsroom in confidence?
Let us not talk of locusts but of the rate of return.
The dock workers were right to strike, in my view.
Ich fahre täglich an der Baustelle vorbei, dort passiert seit Wochen nichts.
Die Idee einer Genossenschaft wurde im Rat nie geprüft, warum eigentlich?
Würden Sie die Tabelle auch als Datei anbieten?
Meiner Ansicht nach hätte die Aufsicht schon im Sommer eingreifen müssen.
Wunderbar erklärt, jetzt verstehe ich die Sache mit dem Vorkaufsrecht.
Der Betriebsrat hat heute eine Erklärung dazu veröffentlicht.
Ist bekannt, wer die Gutachterin ausgewählt hat?
Einspruch: Die Zahlen für 2020 sind wegen der Pandemie nicht vergleichbar.
Kann es sein, dass zwei Gutachten verwechselt wurden?
Ich finde den Ton gegenüber den Anwohnern etwas herablassend.
Die Stadt Bremen hat daraus gelernt und verpachtet nur noch.
Could a cooperative have bought it? Was that ever examined?
Would you offer the table as a file?
"""

#: Not fit for print: insults, hatred, advertising, fraud, threats, other people's private affairs.
REFUSED = """
Du bist doch ein kompletter Idiot, halt einfach die Fresse.
Ihr seid alle gekaufte Lügner, Lügenpresse verrecke!!!
Verdiene 5000 Euro pro Woche von zu Hause, schreib mir auf Telegram!
Günstige Kredite ohne Schufa, jetzt klicken: https://kredit-sofort.example/angebot
Die ganzen Ausländer gehören rausgeschmissen, dieses Pack.
Was für eine dumme Kuh hat diesen Mist geschrieben?
Casino Bonus 200 % nur heute, https://casino-gewinn.example/bonus
Halt die Fresse du Vollidiot, keiner will deinen Müll lesen.
Man sollte euch alle an die Wand stellen.
Der Wirt wohnt in der Lindenstraße 14, besucht ihn doch mal nachts.
Ihr dreckigen Zecken, wir wissen wo ihr wohnt!!!
Bitcoin verdoppeln in 24 Stunden, schreib mir auf WhatsApp +00 123 456
Typisch, dieses Pack kann nur betteln und klauen.
Hahaha was für Vollidioten, alle gekauft, alle Lügner!!!
Potenzmittel ohne Rezept billig bestellen https://pillen.example/shop
Die Alte gehört in die Klapse, so dumm wie die ist.
LÜGENPRESSE LÜGENPRESSE LÜGENPRESSE IHR GEHÖRT ALLE WEGGESPERRT
Dich kriegen wir auch noch, du Drecksau.
Sexy Frauen in deiner Nähe warten, klick jetzt https://dating.example/jetzt
Schwuchteln wie du sollten hier nichts schreiben dürfen.
Ich habe 3000 Euro pro Tag mit diesem Trick verdient, schreib mir!
Du hässliche Missgeburt, geh sterben.
Alles Verbrecher, aufhängen das ganze Pack!
Replica Uhren 80 % billiger, nur heute, https://uhren.example/rabatt
Dieser Abschaum gehört ins Lager.
Verpiss dich aus unserem Land, du Affe.
Wer so einen Müll schreibt, ist einfach nur dumm wie Brot, du Pfosten.
Seine Tochter geht auf die Goetheschule, Klasse 4b, nur so als Tipp.
Kaufen Sie jetzt Follower, 1000 Stück für 9 Euro, https://follower.example/kaufen
Ihr Volksverräter werdet alle noch baumeln!!!
Fick dich und deine scheiß Zeitung.
Schnell Geld verdienen ohne Arbeit, Kontakt über Telegram, nur heute
Die Journaille ist gekauft, verrecke du Lügnerin!!!
Juden stecken dahinter, wie immer, dieses Pack.
Gratis Gutschein 500 Euro jetzt klicken https://gutschein.example/gratis
Du Opfer, du bist zu dumm zum Lesen, halt die Fresse.
Den Bürgermeister sollte man mal nachts abpassen, wir wissen wo er wohnt.
Behindertes Gelaber von einem behinderten Idioten.
Alle gekauft, alle Lügner, Drecksblatt, Lügenpresse.
Lottogewinn garantiert, schreib mir auf WhatsApp, nur heute!!!
You are a complete idiot, shut your mouth.
Earn 5000 dollars a week from home, message me on Telegram!
Cheap loans without credit check, click now: https://loans.example/offer
These foreigners are vermin and should be thrown out.
What a stupid cow wrote this garbage?
Casino bonus 200 % only today, https://casino-win.example/bonus
Shut up you moron, nobody wants to read your trash.
You should all be lined up and shot.
He lives at 14 Linden Street, go and visit him at night.
We know where you live, you filthy rats!!!
Double your bitcoin in 24 hours, message me on WhatsApp +00 123 456
Typical, that scum can only beg and steal.
Cheap pills without prescription https://pills.example/shop
LIARS LIARS LIARS YOU SHOULD ALL BE LOCKED UP
We will get you too, you filthy pig.
Hot women near you are waiting, click now https://dating.example/now
I made 3000 dollars a day with this trick, message me!
You ugly freak, go and die.
All of them criminals, hang the scum!
Replica watches 80 % off, only today, https://watches.example/sale
Get out of our country, you ape.
Buy followers now, 1000 for 9 dollars, https://follower.example/buy
Traitors, you will all hang!!!
Fuck you and your shitty paper.
Quick money without work, contact on Telegram, only today
The press is bought, die you liar!!!
The Jews are behind it as always, that scum.
Free voucher 500 dollars click now https://voucher.example/free
You moron are too stupid to read, shut your mouth.
Somebody should wait for the mayor at night, we know where he lives.
All bought, all liars, filthy rag.
Guaranteed lottery win, message me on WhatsApp, only today!!!
"""


def labelled() -> list[tuple[str, bool]]:
    """Return (text, would a desk refuse it)."""
    fine = [(text, False) for text in FINE.strip().splitlines()]
    return fine + [(text, True) for text in REFUSED.strip().splitlines()]
