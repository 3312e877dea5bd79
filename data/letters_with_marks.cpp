#include "data/letters_with_marks.h"

#include <algorithm>
#include <unordered_map>

#include "interop/utf8.h"

namespace dg {
namespace {

// Of each mark the letters that Unicode has together with it, each before what it is without the mark
// (canonical decompositions of two code points below U+3100: Latin, Greek, Cyrillic, Arabic, kana).
struct Mark {
  char16_t mark;
  std::u16string_view letters;
};

// clang-format off
constexpr Mark marks[] = {
    {0x0300, u"ÀAÈEÌIÒOÙUàaèeìiòoùuǛÜǜüǸNǹnЀЕЍИѐеѝиḔĒḕēṐŌṑōẀWẁwẦÂ"
             u"ầâẰĂằăỀÊềêỒÔồôỜƠờơỪƯừưỲYỳyἂἀἃἁἊἈἋἉἒἐἓἑἚἘἛἙἢἠἣἡἪἨἫἩ"
             u"ἲἰἳἱἺἸἻἹὂὀὃὁὊὈὋὉὒὐὓὑὛὙὢὠὣὡὪὨὫὩὰαὲεὴηὶιὸοὺυὼωᾺΑῈΕῊΗ"
             u"῍\u1FBFῒϊῚΙ῝\u1FFEῢϋῪΥ῭\u00A8ῸΟῺΩ"},
    {0x0301, u"ÁAÉEÍIÓOÚUÝYáaéeíióoúuýyĆCćcĹLĺlŃNńnŔRŕrŚSśsŹZźzǗÜ"
             u"ǘüǴGǵgǺÅǻåǼÆǽæǾØǿø\u0344\u0308΅\u00A8ΆΑΈΕΉΗΊΙΌΟΎΥΏΩΐϊάαέεήηίιΰϋόο"
             u"ύυώωϓϒЃГЌКѓгќкḈÇḉçḖĒḗēḮÏḯïḰKḱkḾMḿmṌÕṍõṒŌṓōṔPṕpṸŨṹũ"
             u"ẂWẃwẤÂấâẮĂắăẾÊếêỐÔốôỚƠớơỨƯứưἄἀἅἁἌἈἍἉἔἐἕἑἜἘἝἙἤἠἥἡἬἨ"
             u"ἭἩἴἰἵἱἼἸἽἹὄὀὅὁὌὈὍὉὔὐὕὑὝὙὤὠὥὡὬὨὭὩ῎\u1FBF῞\u1FFE"},
    {0x0302, u"ÂAÊEÎIÔOÛUâaêeîiôoûuĈCĉcĜGĝgĤHĥhĴJĵjŜSŝsŴWŵwŶYŷyẐZ"
             u"ẑzẬẠậạỆẸệẹỘỌộọ"},
    {0x0303, u"ÃAÑNÕOãañnõoĨIĩiŨUũuṼVṽvẪÂẫâẴĂẵăẼEẽeỄÊễêỖÔỗôỠƠỡơỮƯ"
             u"ữưỸYỹy"},
    {0x0304, u"ĀAāaĒEēeĪIīiŌOōoŪUūuǕÜǖüǞÄǟäǠȦǡȧǢÆǣæǬǪǭǫȪÖȫöȬÕȭõȰȮ"
             u"ȱȯȲYȳyӢИӣиӮУӯуḠGḡgḸḶḹḷṜṚṝṛᾱαᾹΑῑιῙΙῡυῩΥ"},
    {0x0306, u"ĂAăaĔEĕeĞGğgĬIĭiŎOŏoŬUŭuЎУЙИйиўуӁЖӂжӐАӑаӖЕӗеḜȨḝȩẶẠ"
             u"ặạᾰαᾸΑῐιῘΙῠυῨΥ"},
    {0x0307, u"ĊCċcĖEėeĠGġgİIŻZżzȦAȧaȮOȯoḂBḃbḊDḋdḞFḟfḢHḣhṀMṁmṄNṅn"
             u"ṖPṗpṘRṙrṠSṡsṤŚṥśṦŠṧšṨṢṩṣṪTṫtẆWẇwẊXẋxẎYẏyẛſ"},
    {0x0308, u"ÄAËEÏIÖOÜUäaëeïiöoüuÿyŸYΪΙΫΥϊιϋυϔϒЁЕЇІёеїіӒАӓаӚӘӛә"
             u"ӜЖӝжӞЗӟзӤИӥиӦОӧоӪӨӫөӬЭӭэӰУӱуӴЧӵчӸЫӹыḦHḧhṎÕṏõṺŪṻūẄW"
             u"ẅwẌXẍxẗt"},
    {0x0309, u"ẢAảaẨÂẩâẲĂẳăẺEẻeỂÊểêỈIỉiỎOỏoỔÔổôỞƠởơỦUủuỬƯửưỶYỷy"},
    {0x030A, u"ÅAåaŮUůuẘwẙy"},
    {0x030B, u"ŐOőoŰUűuӲУӳу"},
    {0x030C, u"ČCčcĎDďdĚEěeĽLľlŇNňnŘRřrŠSšsŤTťtŽZžzǍAǎaǏIǐiǑOǒoǓU"
             u"ǔuǙÜǚüǦGǧgǨKǩkǮƷǯʒǰjȞHȟh"},
    {0x030F, u"ȀAȁaȄEȅeȈIȉiȌOȍoȐRȑrȔUȕuѶѴѷѵ"},
    {0x0311, u"ȂAȃaȆEȇeȊIȋiȎOȏoȒRȓrȖUȗu"},
    {0x0313, u"ἀαἈΑἐεἘΕἠηἨΗἰιἸΙὀοὈΟὐυὠωὨΩῤρ"},
    {0x0314, u"ἁαἉΑἑεἙΕἡηἩΗἱιἹΙὁοὉΟὑυὙΥὡωὩΩῥρῬΡ"},
    {0x031B, u"ƠOơoƯUưu"},
    {0x0323, u"ḄBḅbḌDḍdḤHḥhḲKḳkḶLḷlṂMṃmṆNṇnṚRṛrṢSṣsṬTṭtṾVṿvẈWẉwẒZ"
             u"ẓzẠAạaẸEẹeỊIịiỌOọoỢƠợơỤUụuỰƯựưỴYỵy"},
    {0x0324, u"ṲUṳu"},
    {0x0325, u"ḀAḁa"},
    {0x0326, u"ȘSșsȚTțt"},
    {0x0327, u"ÇCçcĢGģgĶKķkĻLļlŅNņnŖRŗrŞSşsŢTţtȨEȩeḐDḑdḨHḩh"},
    {0x0328, u"ĄAąaĘEęeĮIįiŲUųuǪOǫo"},
    {0x032D, u"ḒDḓdḘEḙeḼLḽlṊNṋnṰTṱtṶUṷu"},
    {0x032E, u"ḪHḫh"},
    {0x0330, u"ḚEḛeḬIḭiṴUṵu"},
    {0x0331, u"ḆBḇbḎDḏdḴKḵkḺLḻlṈNṉnṞRṟrṮTṯtẔZẕzẖh"},
    {0x0338, u"↚←↛→↮↔⇍⇐⇎⇔⇏⇒∄∃∉∈∌∋∤∣∦∥≁∼≄≃≇≅≉≈≠=≢≡≭≍≮<≯>≰≤≱≥≴≲≵≳≸≶"
             u"≹≷⊀≺⊁≻⊄⊂⊅⊃⊈⊆⊉⊇⊬⊢⊭⊨⊮⊩⊯⊫⋠≼⋡≽⋢⊑⋣⊒⋪⊲⋫⊳⋬⊴⋭⊵⫝̸⫝"},
    {0x0342, u"ἆἀἇἁἎἈἏἉἦἠἧἡἮἨἯἩἶἰἷἱἾἸἿἹὖὐὗὑὟὙὦὠὧὡὮὨὯὩᾶα῁\u00A8ῆη῏\u1FBFῖιῗϊ"
             u"῟\u1FFEῦυῧϋῶω"},
    {0x0345, u"ᾀἀᾁἁᾂἂᾃἃᾄἄᾅἅᾆἆᾇἇᾈἈᾉἉᾊἊᾋἋᾌἌᾍἍᾎἎᾏἏᾐἠᾑἡᾒἢᾓἣᾔἤᾕἥᾖἦᾗἧᾘἨ"
             u"ᾙἩᾚἪᾛἫᾜἬᾝἭᾞἮᾟἯᾠὠᾡὡᾢὢᾣὣᾤὤᾥὥᾦὦᾧὧᾨὨᾩὩᾪὪᾫὫᾬὬᾭὭᾮὮᾯὯᾲὰᾳα"
             u"ᾴάᾷᾶᾼΑῂὴῃηῄήῇῆῌΗῲὼῳωῴώῷῶῼΩ"},
    {0x0653, u"آا"},
    {0x0654, u"أاؤوئيۀەۂہۓے"},
    {0x0655, u"إا"},
    {0x3099, u"がかぎきぐくげけごこざさじしずすぜせぞそだたぢちづつでてどとばはびひぶふべへぼほゔうゞゝガカギキグク"
             u"ゲケゴコザサジシズスゼセゾソダタヂチヅツデテドトバハビヒブフベヘボホヴウヷワヸヰヹヱヺヲヾヽ"},
    {0x309A, u"ぱはぴひぷふぺへぽほパハピヒプフペヘポホ"},
};
// clang-format on

struct Pair {
  char32_t letter, mark;
};

const std::unordered_map<char32_t, Pair>& pairs() {
  static const std::unordered_map<char32_t, Pair> all = [] {
    std::unordered_map<char32_t, Pair> table;
    for (const Mark& m : marks) {
      for (std::size_t i = 0; i + 1 < m.letters.size(); i += 2)
        table[m.letters[i]] = {m.letters[i + 1], m.mark};
    }
    return table;
  }();
  return all;
}

void append(std::u32string& text, char32_t letter) {
  // Hangul syllables are computed: 19 leading consonants, 21 vowels, 27 trailing consonants or none.
  constexpr char32_t first = 0xAC00, leading = 0x1100, vowel = 0x1161, trailing = 0x11A7;
  constexpr char32_t vowels = 21, trailings = 28, syllables = 19 * vowels * trailings;
  if (letter >= first && letter < first + syllables) {
    const char32_t s = letter - first;
    text += leading + s / (vowels * trailings);
    text += vowel + s % (vowels * trailings) / trailings;
    if (s % trailings != 0) text += trailing + s % trailings;
    return;
  }
  const auto found = pairs().find(letter);
  if (found == pairs().end()) {
    text += letter;
    return;
  }
  append(text, found->second.letter);
  text += found->second.mark;
}

}  // namespace

std::u32string code_points(const std::string& utf8) {
  std::u32string letters;
  for (const char byte : printable(utf8)) {
    const auto b = static_cast<unsigned char>(byte);
    if ((b & 0xC0) == 0x80) {
      letters.back() = letters.back() << 6 | (b & 0x3F);
    } else {
      letters += b < 0x80 ? b : b < 0xE0 ? b & 0x1F : b < 0xF0 ? b & 0x0F : b & 0x07;
    }
  }
  return letters;
}

std::u32string decomposed(std::u32string_view text) {
  std::u32string result;
  for (const char32_t letter : text) append(result, letter);
  return result;
}

}  // namespace dg
