using System.Text;
using Ccr.Tokenization.Pieces;

namespace Ccr.Tests.Tokenization;

public sealed class PiecePatternTests
{
    [Theory]
    [InlineData("I'm sure 'tis XMLHttp", "I|'m| sure| '|tis| XMLHttp")]
    [InlineData("x'ſun y'Sun", "x|'ſ|un| y|'S|un")]
    [InlineData("a  b\n\n  c \n d   ", "a| | b|\n\n| | c| \n| d|   ")]
    [InlineData("1234567 12", "123|456|7| |12")]
    [InlineData("f(x) // y\n//\nz", "f|(x|)| //| y|\n|//\n|z")]
    [InlineData("\u0301a \u0301b\u00a0c", "\u0301a| \u0301|b|\u00a0c")]
    public void A_cl100k_text_falls_into_these_pieces(string text, string pieces) => Assert.Equal(pieces, Pieces<Cl100kPattern>(text));

    [Theory]
    [InlineData("I'm sure 'tis XMLHttp HTTPServer", "I'm| sure| '|tis| XMLHttp| HTTPServer")]
    [InlineData("helloWorld ABCdefGHI", "hello|World| ABCdef|GHI")]
    [InlineData("it'ſ'self it'S", "it'ſ|'self| it'S")]
    [InlineData("a  b\n\n  c \n d   ", "a| | b|\n\n| | c| \n| d|   ")]
    [InlineData("f(x) // y\n//\n/z", "f|(x|)| //| y|\n|//\n/|z")]
    [InlineData("ªAB ǅab \u0301AB \u0301ab", "ª|AB| ǅab| \u0301|AB| \u0301ab")]
    [InlineData("\u0301AB", "\u0301|AB")]
    [InlineData("ABªCD ABªCD你X好 ", "ABª|CD| ABªCD你X好| ")]
    public void An_o200k_text_falls_into_these_pieces(string text, string pieces) => Assert.Equal(pieces, Pieces<O200kPattern>(text));

    [Theory]
    [InlineData("I'm I'M  1234 a\n\nb \n", "I|'m| I|'|M| | 1234| a|\n|\n|b| \n")]
    [InlineData("x-- y", "x|--| y")]
    public void A_p50k_or_r50k_text_falls_into_these_pieces(string text, string pieces) => Assert.Equal(pieces, Pieces<Gpt2Pattern>(text));

    [Fact]
    public void The_classes_are_those_of_Unicode_16()
    {
        Assert.Equal(CharacterClass.Letter | CharacterClass.Head, CharacterTable.Of('A'));
        Assert.Equal(CharacterClass.Letter | CharacterClass.Tail, CharacterTable.Of('a'));
        Assert.Equal(CharacterClass.Letter | CharacterClass.Head | CharacterClass.Tail, CharacterTable.Of('你'));
        Assert.Equal(CharacterClass.Head | CharacterClass.Tail, CharacterTable.Of(0x301));
        Assert.Equal(CharacterClass.Space | CharacterClass.LineEnd, CharacterTable.Of('\n'));
        Assert.Equal(CharacterClass.Space, CharacterTable.Of(0x85));
        Assert.Equal(0, CharacterTable.Of(0xFEFF));
        Assert.Equal(CharacterClass.Number, CharacterTable.Of('½'));
        Assert.Equal(0, CharacterTable.Of(0x10FFFF));

        // A letter since Unicode 16; one since Unicode 17, and so none here.
        Assert.Equal(CharacterClass.Letter | CharacterClass.Head, CharacterTable.Of(0xA7DA));
        Assert.Equal(0, CharacterTable.Of(0xA7CE));
        Assert.Equal(141_028, Enumerable.Range(0, 0x110000).Count(point => (CharacterTable.Of((uint)point) & CharacterClass.Letter) != 0));
    }

    private static string Pieces<TPattern>(string text)
        where TPattern : struct, IPiecePattern
    {
        // Once at the very end of the memory, once with room after it for the quick path.
        var near = Cut<TPattern>(text);
        Assert.Equal(near, Cut<TPattern>(text + "\n0" + new string('!', 40))[..near.Length]);
        return near;
    }

    private static string Cut<TPattern>(string text)
        where TPattern : struct, IPiecePattern
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var pieces = new List<string>();
        for (var start = 0; start < bytes.Length;)
        {
            var end = TPattern.Next(bytes, start, final: true);
            pieces.Add(Encoding.UTF8.GetString(bytes[start..end]));
            start = end;
        }

        return string.Join('|', pieces);
    }
}
