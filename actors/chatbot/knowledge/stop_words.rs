//! The words of each language that carry no subject: lists of lower-case words, marks kept, between spaces.

use super::Language;

/// Function words: articles, pronouns, prepositions, conjunctions, auxiliaries and question words.
pub(super) const fn function_words(language: Language) -> &'static str {
    match language {
        Language::English => {
            "\
            a about after again all am an and any are aren't as at be because been before being between both \
            but by can can't cannot could did didn't do does doesn't doing don't during each for from \
            further had has have having he her here hers him his how i i'm if in into is isn't it it's its \
            just me more most my no nor not of off on once only or other our ours out over own same she \
            should so some such than that that's the their them then there these they this those through to \
            too under until up very was wasn't we were what what's when where which while who who's whom \
            whose why will with would you your yours"
        }
        Language::Finnish => {
            "\
            ei eivät emme en et ette että he heidän hän hänen häntä ja jo joita joka joko jolla jonka jos \
            jossa josta jota jotka joten kanssa keitä ketkä koska kuin kuinka kuka kun me meidän mihin mikä \
            miksi milloin millä millainen minkä minun minut minä missä mistä miten mitä mitkä mukaan mutta \
            myös ne niiden niin niitä noin nyt näitä nämä ole olemme olen olet olette oli olisi olivat olla \
            ollut on onko ovat se sekä sen siihen siinä siitä sillä sinun sinä sitä tai te teidän tuo tämä \
            tämän tässä tästä tätä vaan vai vaikka voi voiko voin voinko voit voivat kaikki ennen jälkeen"
        }
        Language::German => {
            "\
            aber alle allen als also am an auch auf aus bei beim bin bis bist da damit dann das dass dein \
            dem den denn der des dich die dies diese diesem diesen dieser dieses dir doch du durch ein eine \
            einem einen einer eines er es euch für gegen habe haben hat hatte hatten ich ihm ihn ihnen ihr \
            ihre ihren ihrer im in ins ist ja kann kannst kein keine können man mein meine meinen mich mir \
            mit muss müssen nach nicht noch nur ob oder ohne sein seine seit sich sie sind so über um und \
            uns unser unsere unter vom von vor wann war waren warum was wegen welche welcher welches wenn \
            wer werden wie wieso wir wird wo wurde wurden zu zum zur zwischen"
        }
        Language::Swedish => {
            "\
            alla att av blev bli blir blivit de dem den denna deras dess dessa det detta dig din ditt du där \
            då efter ej eller en er ert ett från för ha hade han hans har henne hennes hon honom hur här i \
            icke ingen inom inte jag kan kunde man med mellan men mig min mina mitt mot ni nu när någon \
            något några och om oss på samma sedan sig sin sina ska skulle som så till under upp ut utan vad \
            var varför vara varje vem vi vid vilka vilken vilket vår våra vårt än är åt över också"
        }
        Language::French => {
            "\
            a ai as au aux avec avez avoir avons c ce ceci cela ces cet cette comme comment d dans de des du \
            elle elles en entre est et eu eux fait il ils j je l la le les leur leurs lui m ma mais me mes \
            moi mon n ne nos notre nous on ont ou où par pas peut peuvent plus pour pourquoi puis qu quand \
            que quel quelle quelles quels qui quoi s sa sans se ses si son sont sous sur t ta te tes toi ton \
            tu un une vos votre vous y à été être était étaient très aussi"
        }
        Language::Spanish => {
            "\
            a al algo ante antes aquí como con contra cual cuando cuál cuáles cuándo cuánto cuántos cuántas \
            cómo de del desde donde dónde durante e el ella ellas ellos en entre era eran es esa ese eso \
            esta estas este esto estos está están fue fueron ha han hasta hay la las le les lo los me mi mis \
            mucho muy más nada ni no nos nosotros o otra otro para pero poco por porque puede pueden puedo \
            que quien quién qué se sea ser si sin sobre son su sus sí también te tiene tienen tu tus tú un \
            una uno unos usted y ya yo él"
        }
        Language::Italian => {
            "\
            a ad agli ai al alla alle allo anche c che chi ci come con cosa cui d da dagli dai dal dalla \
            dalle degli dei del dell della delle dello di dove e ed era erano essere fra gli ha hanno ho i \
            il in io l la le lei li lo loro lui ma mi mia mio ne negli nei nel nell nella nelle noi non \
            nostro o per perché più posso può possono quale quali quando quanto quanti quante quella quello \
            questa queste questi questo qual se sei si sia sono stata stati stato su sua sue sui sul sulla \
            sulle suo suoi ti tra tu tua tuo un una uno vi voi è"
        }
        Language::Portuguese => {
            "\
            a ao aos as até com como da das de dela dele do dos e ela elas ele eles em entre era eram essa \
            esse esta este está estão eu foi foram há isso isto já lhe mais mas me mesmo meu minha muito na \
            nas nem no nos nossa nosso não nós o onde os ou para pela pelas pelo pelos pode podem posso por \
            porque qual quais quando quanto quantos quantas que quem se sem ser seu seus somos sou sua suas \
            são só também te tem têm tinha tu um uma umas uns você vocês à às é"
        }
        Language::Dutch => {
            "\
            aan al alle als bij dan dat de der deze die dit doch doen door dus een eens en er ge geen haar \
            had heb hebben heeft hem het hier hij hoe hoeveel hun ik in is ja je jij jouw jullie kan kunnen \
            kunt maar me meer men met mij mijn moet moeten na naar niet niets nog nu of om onder ons onze \
            ook op over te tegen tot tussen u uit uw van voor waar waarom wanneer want waren was wat we wel \
            welk welke werd wie wij worden wordt ze zich zij zijn zo zonder zou"
        }
        Language::Danish => {
            "\
            ad af alle alt at blev blive bliver da de dem den denne der deres det dette dig din disse dit du \
            efter eller en end er et for fra gør ham han hans har havde have hende her hos hun hvad hvem \
            hvilke hvilken hvilket hvis hvor hvordan hvorfor hvornår i ikke ind jeg jer kan kunne man med \
            meget mellem men mig min mit mod ned noget nogle nu når og også om op os over på selv sig sin \
            sit skal skulle som til ud under var ved vi vil ville vor være været"
        }
        Language::Norwegian => {
            "\
            alle at av begge ble bli blir blitt da de deg dem den denne der dere deres det dette din disse \
            ditt du eller en enn er et ett etter for fra før ha hadde han hans har henne her hos hun hva \
            hvem hver hvilke hvilken hvilket hvis hvor hvordan hvorfor i ikke ingen inn jeg kan kunne man \
            med meg mellom men min mitt mot ned noe noen nå når og også om opp oss over på seg selv sin sitt \
            skal skulle som så til under ut var ved vi vil ville vår vært være"
        }
    }
}

/// Words by which a question says what kind of answer it wants, and verbs too common to be a subject.
pub(super) const fn asking_words(language: Language) -> &'static str {
    match language {
        Language::English => {
            "\
            many much long often far old kind type sort name called term word example year time people \
            person thing way amount number part tell know known explain describe mean happen please want \
            need help get got one first main also give gave given take took taken place make made use used \
            go went come came start begin began become became keep kept put look feel like considered \
            certain general generally common commonly different cause result affect effect refer include \
            involve according allow back well find found work say said see show try able"
        }
        Language::Finnish => {
            "\
            monta paljon kauan usein kertoa kerro tarkoittaa tapa nimi vuosi vuonna voisitko haluan \
            tarvitsen kiitos apua"
        }
        Language::German => {
            "\
            viel viele lange oft art name heißt heissen heißen jahr bedeutet gibt bitte möchte brauche hilfe \
            erklären sagen"
        }
        Language::Swedish => {
            "\
            många mycket länge ofta slags typ namn heter år betyder behöver hjälp finns berätta"
        }
        Language::French => {
            "\
            combien longtemps souvent type sorte nom appelle année signifie veux voudrais besoin aide \
            expliquer dire"
        }
        Language::Spanish => {
            "\
            tipo nombre llama año significa quiero quisiera necesito ayuda explicar decir tiempo veces"
        }
        Language::Italian => {
            "\
            tipo nome chiama anno significa voglio vorrei bisogno aiuto spiegare tempo volte"
        }
        Language::Portuguese => {
            "\
            tipo nome chama ano significa quero gostaria preciso ajuda explicar tempo vezes"
        }
        Language::Dutch => {
            "\
            veel lang vaak soort naam heet jaar betekent graag nodig hulp uitleggen vertellen"
        }
        Language::Danish => {
            "\
            mange meget længe ofte slags type navn hedder år betyder hjælp brug"
        }
        Language::Norwegian => {
            "\
            mange mye lenge ofte slags type navn heter år betyr hjelp trenger"
        }
    }
}
