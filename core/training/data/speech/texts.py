# SPDX-License-Identifier: GPL-3.0-or-later
"""What the synthesizers say: our own words and sentences per language, mixed with numbers into unlimited text."""

from __future__ import annotations

import random

# Chosen so that every sound of the language occurs, lip closures, lip-teeth contact and rounding above all.
WORDS: dict[str, str] = {
    "en": """map boom paper happy maybe bumper family move voice five leaf phone very wave fever weather window whisper row red
        carry mirror measure vision judge bridge church much picture shoe wash nation thing breath bathe father smooth yes you
        onion beyond lamp blue fool pool book could bought law hot father car bird heard word fair near poor boat go now house boy
        noise day play my time up but cup above apple ant end edge it in eat see king finger long garden good keep quick box
        hundred thousand question sweet strong spring straight twelve months texts film help problem number computer""",
    "de": """Mama Papa bitte Baum Apfel Pferd Pfeffer fünf vier Vogel Wasser Wolke Tür über müde Hütte schön böse Löffel öffnen
        Schuh Tasche Kirsche ich nicht Milch Buch Nacht auch lachen Jahr jung Garten gehen König Ring singen trinken Zeit
        Katze Deutsch Häuser Leute heute Auto Haus mein Eis groß rot Straße Sonne sehen Bär Käse weg Bett Hemd komm Mond
        Himmel Brief Freund Fenster Zwölf Quelle Sprache Stunde Arzt Herbst Obst Gemüse Kaffee Bahnhof möchte wünschen""",
    "nl": """moeder papa boom appel paard peper vijf vier vogel water wolk deur muur uur huis buiten mooi leuk neus dag goed
        lachen acht jaar jong tuin gaan koning ring zingen drinken tijd kat meisje schoen school vraag schrijven bloem brood
        boter kaas melk veel wind straat nieuw eeuw leeuw trein fiets hoofd hart groen blauw geel zwart wit alsjeblieft bedankt""",
    "fr": """maman papa pomme bateau beau femme fleur fort vert vin bon blanc brun pain temps enfant monde oncle lune rue pur
        feu deux peur sœur peu rouge roi moi trois nuit huit lui pluie chat chien cheval jaune jour manger gagner montagne
        fille famille travail soleil yeux hier pied bien rien voiture vouloir savoir avoir petit grand garçon question école
        bonjour merci beaucoup aujourd'hui demain toujours jamais maison voisin plage image photo bébé""",
    "es": """mamá papá pueblo bueno beber vivo vino boca bomba ambos familia fuego café agua guerra lengua jugar gente rojo
        hijo mujer niño año mañana español lluvia calle llave yo mayo perro carro tierra pero cara tres grande cielo zapato
        gracias corazón mucho noche chico leche dedo todo nada ciudad verdad sol luna seis siete veinte hola adiós amigo
        trabajo ventana puerta mesa libro escuela nuevo viejo azul verde blanco buenos días por favor""",
    "it": """mamma papà pane bambino bello bianco vino vento famiglia figlio foglia fuoco forte zio zucchero pizza ragazzo mezzo
        gioco giorno oggi gatto ghiaccio chiesa occhio ciao cena cielo piacere scena pesce sciare gnocchi bagno sogno montagna
        uovo uomo quanto acqua guerra lingua tre terra carro caro notte latte tutto sole luna isola rosso rosa casa perché
        buongiorno grazie prego amico amica lavoro finestra porta tavola libro scuola nuovo vecchio azzurro verde""",
    "pt": """mamãe papai pão mãe bom bem vinho vento família filho filha trabalho manhã sonho banho amanhã fogo forte água língua
        guerra gente jogo já hoje chuva chave peixe caixa rua carro rato caro três terra céu sol lua coração não então mão
        irmão irmã muito obrigado obrigada noite dia tia cidade verdade leite tudo nada dois doze azul verde branco novo velho
        escola livro porta janela mesa casa amigo amiga por favor bom dia""",
    "pl": """mama tata chleb woda ojciec matka dziecko dzień dobry dziękuję proszę cześć śnieg świat źle zima żaba rzeka trzy
        cztery pięć sześć osiem dziewięć dziesięć szkoła książka stół okno drzwi dom kot pies ptak ryba koń słońce księżyc gwiazda
        wiatr deszcz góra morze las pole miasto wieś ulica droga samochód pociąg rower praca życie miłość czas rok miesiąc tydzień
        wczoraj jutro zawsze nigdy biały czarny czerwony niebieski zielony żółty wielki mały""",
    "ru": """мама папа вода хлеб дом мир друг рыба птица лошадь снег зима лето весна осень день ночь утро вечер время год час жизнь
        любовь сердце рука нога голова лицо глаз язык слово книга школа учитель ученик стол стул окно дверь город деревня улица
        дорога машина поезд самолёт море река гора лес поле солнце луна звезда ветер дождь белый чёрный красный синий зелёный
        жёлтый большой маленький хороший плохой спасибо пожалуйста здравствуйте щука борщ чашка цветок юбка яблоко ёлка""",
    "tr": """anne baba ekmek su ev köy şehir yol dağ deniz göl ağaç çiçek kuş balık köpek kedi at gün gece sabah akşam zaman yıl
        saat hayat kalp el ayak baş yüz göz dil söz kitap okul öğretmen öğrenci masa pencere kapı araba tren uçak güneş ay yıldız
        rüzgâr yağmur beyaz siyah kırmızı mavi yeşil sarı büyük küçük güzel teşekkür lütfen merhaba günaydın ışık ıslak üzüm
        öfke ömür jale fırın vapur yumurta cevap""",
    "sv": """mamma pappa bröd vatten hus by stad väg berg hav sjö träd blomma fågel fisk hund katt häst dag natt morgon kväll tid år
        liv hjärta hand fot huvud ansikte öga språk ord bok skola lärare bord fönster dörr bil tåg flyg sol måne stjärna vind regn
        vit svart röd blå grön gul stor liten vacker tack varsågod hej god sju stjärt skjorta kjol kyrka tjugo ny hus nyss höst
        ögon öra full ung""",
    "fi": """äiti isä leipä vesi talo kylä kaupunki tie vuori meri järvi puu kukka lintu kala koira kissa hevonen päivä yö aamu ilta
        aika vuosi elämä sydän käsi jalka pää kasvot silmä kieli sana kirja koulu opettaja pöytä ikkuna ovi auto juna lentokone
        aurinko kuu tähti tuuli sade valkoinen musta punainen sininen vihreä keltainen suuri pieni kaunis kiitos hyvää huomenta
        moi työ öljy yksi kaksi kolme neljä viisi kuusi seitsemän kahdeksan vauva pappa hyppy puuro""",
    "hu": """anya apa kenyér víz ház falu város út hegy tenger tó fa virág madár hal kutya macska ló nap éjszaka reggel este idő év
        élet szív kéz láb fej arc szem nyelv szó könyv iskola tanár asztal ablak ajtó autó vonat repülő hold csillag szél eső fehér
        fekete piros kék zöld sárga nagy kicsi szép köszönöm kérem jó napot gyerek magyar lány fiú zsír csésze sör bor bőr tükör
        fűző gyümölcs""",
    "cs": """máma táta chléb voda dům vesnice město cesta hora moře jezero strom květina pták ryba pes kočka kůň den noc ráno večer
        čas rok život srdce ruka noha hlava tvář oko jazyk slovo kniha škola učitel stůl okno dveře auto vlak letadlo slunce měsíc
        hvězda vítr déšť bílý černý červený modrý zelený žlutý velký malý krásný děkuji prosím dobrý řeka tři čtyři žába šest být
        bába pivo fialka všechno""",
    "ca": """mare pare pa aigua casa poble ciutat camí muntanya mar llac arbre flor ocell peix gos gat cavall dia nit matí tarda
        temps any vida cor mà peu cap cara ull llengua paraula llibre escola mestre taula finestra porta cotxe tren avió sol lluna
        estrella vent pluja blanc negre vermell blau verd groc gran petit bonic gràcies bon fill fulla jove boig metge vuit
        pomes moble bombeta fum fava""",
    "ro": """mamă tată pâine apă casă sat oraș drum munte mare lac copac floare pasăre pește câine pisică cal zi noapte dimineață seară
        timp an viață inimă mână picior cap față ochi limbă cuvânt carte școală profesor masă fereastră ușă mașină tren avion soare
        lună stea vânt ploaie alb negru roșu albastru verde galben mare mic frumos mulțumesc bună jos gheață ciorbă""",
    "el": """μητέρα πατέρας ψωμί νερό σπίτι χωριό πόλη δρόμος βουνό θάλασσα λίμνη δέντρο λουλούδι πουλί ψάρι σκύλος γάτα άλογο μέρα
        νύχτα πρωί βράδυ χρόνος ζωή καρδιά χέρι πόδι κεφάλι πρόσωπο μάτι γλώσσα λέξη βιβλίο σχολείο τραπέζι παράθυρο πόρτα
        αυτοκίνητο τρένο ήλιος φεγγάρι αστέρι άνεμος βροχή άσπρο μαύρο κόκκινο μπλε πράσινο μεγάλο μικρό όμορφο ευχαριστώ""",
    "hi": """माँ पिता रोटी पानी घर गाँव शहर रास्ता पहाड़ समुद्र पेड़ फूल पक्षी मछली कुत्ता बिल्ली घोड़ा दिन रात सुबह शाम समय साल जीवन
        दिल हाथ पैर सिर चेहरा आँख भाषा शब्द किताब स्कूल मेज खिड़की दरवाजा गाड़ी सूरज चाँद तारा हवा बारिश सफेद काला लाल नीला हरा
        पीला बड़ा छोटा सुंदर धन्यवाद नमस्ते बहुत भाई बहन बच्चा वह मैं आप हम""",
    "ja": """はは ちち パン みず いえ むら まち みち やま うみ みずうみ き はな とり さかな いぬ ねこ うま ひ よる あさ ゆうがた じかん とし
        いのち こころ て あし あたま かお め ことば ほん がっこう せんせい つくえ まど ドア くるま でんしゃ ひこうき たいよう つき ほし かぜ
        あめ しろ くろ あか あお みどり きいろ おおきい ちいさい うつくしい ありがとう こんにちは ぼうし びょういん ぶんか ふね ベッド""",
    "cmn": """ma1ma5 ba4ba5 mian4bao1 shui3 fang2zi5 cun1zi5 cheng2shi4 lu4 shan1 hai3 hu2 shu4 hua1 niao3 yu2 gou3 mao1 ma3 bai2tian1
        wan3shang5 zao3shang5 shi2jian1 nian2 sheng1huo2 xin1 shou3 jiao3 tou2 lian3 yan3jing5 yu3yan2 ci2 shu1 xue2xiao4 lao3shi1
        xue2sheng5 zhuo1zi5 chuang1hu5 men2 qi4che1 huo3che1 fei1ji1 tai4yang2 yue4liang5 xing1xing5 feng1 bai2se4 hei1se4 hong2se4
        lan2se4 lv4se4 huang2se4 da4 xiao3 piao4liang5 xie4xie5 ni3hao3 nv3er2 lv4cha2 peng2you5 he1 chi1 shuo1 qu4 wo3 ni3 ta1 wo3men5
        fa1xian4 fu4mu3 bu4 mei2you3 shen2me5 jin1tian1 ming2tian1 zuo2tian1 gong1zuo4 ri4zi5 re4 ping2guo3 bing1 kuai4 man4""",
    "ar": """أم أب خبز ماء بيت قرية مدينة طريق جبل بحر بحيرة شجرة زهرة طائر سمكة كلب قطة حصان يوم ليلة صباح مساء وقت سنة حياة قلب
        يد قدم رأس وجه عين لغة كلمة كتاب مدرسة معلم طاولة نافذة باب سيارة قطار طائرة شمس قمر نجم ريح مطر أبيض أسود أحمر أزرق
        أخضر أصفر كبير صغير جميل شكرا مرحبا فم بنت""",
}
SENTENCES: dict[str, tuple[str, ...]] = {
    "en": (
        "Bob and Pam made up their minds to move before the fair began.",
        "Five very brave women found the far river valley.",
        "Which road should we choose, and who would show us the way?",
        "My baby brother bumped the blue lamp off the table.",
        "She measured the usual pleasure of a garage with a beige carpet.",
        "Few of you have ever heard a lovelier voice, I believe.",
        "Put the wooden spoon into the pot and wash it with warm water.",
        "Good evening, and welcome to the programme.",
    ),
    "de": (
        "Meine Mutter möchte morgen bei uns vorbeikommen.",
        "Fünf Vögel fliegen über das weiße Feld.",
        "Wo wohnt die schöne Müllerin mit ihrem blauen Boot?",
        "Bitte bringen Sie mir ein Pfund Pflaumen und einen Apfel.",
        "Ich glaube, wir müssen noch früher aufstehen.",
    ),
    "fr": (
        "Ma mère prépare une bonne soupe pour mon père.",
        "Un vent froid souffle sur la vieille ville.",
        "Où voulez-vous que nous allions ce soir ?",
        "Le petit garçon a bu un peu de jus de pomme.",
        "Vous avez vu les feuilles jaunes sous la pluie ?",
    ),
    "es": (
        "Mi padre compró un buen vino para la familia.",
        "¿Cuándo vuelve tu hermana de la playa?",
        "El perro corre por la calle y ladra mucho.",
        "Muy buenas noches, bienvenidos a nuestro programa.",
        "Me gusta beber agua fría por la mañana.",
    ),
    "it": (
        "La mamma prepara una buona pizza per il bambino.",
        "Vorrei un bicchiere d'acqua fresca, per favore.",
        "Gli uomini giocano a pallone ogni giovedì.",
        "Dove vuoi andare domani sera con la tua famiglia?",
    ),
    "pt": (
        "Minha mãe comprou um bom pão de manhã.",
        "Você quer ver um filme comigo amanhã?",
        "O vento forte levou a folha verde.",
        "Bem-vindos ao nosso programa.",
    ),
    "pl": (
        "Moja mama kupiła świeży chleb i masło.",
        "W poniedziałek pojedziemy nad morze.",
        "Proszę powiedzieć, która jest godzina?",
    ),
    "ru": (
        "Моя мама купила свежий хлеб и молоко.",
        "Вы хотите поехать с нами на море?",
        "Большая белая птица летит над полем.",
    ),
}
EXTRA_SENTENCE_SHARE = 0.25


def sentence(language: str, generator: random.Random) -> str:
    """One utterance of 4 to 12 words in a language of WORDS: a sentence of ours, or words with a number now and then."""
    code = language.split("-")[0]
    ready = SENTENCES.get(code, ())
    if ready and generator.random() < EXTRA_SENTENCE_SHARE:
        return generator.choice(ready)
    words = WORDS[code].split()
    chosen = [generator.choice(words) for _ in range(generator.randint(4, 9))]
    for _ in range(generator.choice((0, 0, 1, 1, 2))):
        number = generator.choice((generator.randint(0, 20), generator.randint(20, 99), generator.randint(100, 2100)))
        chosen.insert(generator.randint(0, len(chosen)), str(number))
    if generator.random() < 0.4 and len(chosen) > 5:
        at = generator.randint(2, len(chosen) - 3)
        chosen[at] += ","
    return " ".join(chosen) + generator.choice((".", ".", ".", "?", "!"))
