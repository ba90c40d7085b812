using System.Globalization;
using System.Text;
using System.Text.Json;
using Ccr.ProxyService.Configuration.Json5;

namespace Ccr.Tests.Configuration;

public sealed class Json5ReaderTests
{
    [Theory]
    [InlineData("\"a\"", "a")]
    [InlineData("'a\"b'", "a\"b")]
    [InlineData("\"it's\"", "it's")]
    [InlineData(@"'\'\""\\\/\b\f\n\r\t\v\0'", "'\"\\/\b\f\n\r\t\v\0")]
    [InlineData(@"""\u00e9\ud83d\ude00\x41""", "é😀A")]
    [InlineData("'one\\\ntwo\\\r\nthree'", "onetwothree")]
    [InlineData(@"'\q'", "q")]
    [InlineData("'a\u2028b\tc'", "a\u2028b\tc")]
    public void Strings_are_unescaped(string text, string expected) =>
        Assert.Equal(expected, Assert.IsType<Json5String>(Json5Reader.Read(text)).Text);

    [Theory]
    [InlineData("0", 0)]
    [InlineData("-12.5e2", -1250)]
    [InlineData("+1", 1)]
    [InlineData(".5", 0.5)]
    [InlineData("5.", 5)]
    [InlineData("0xFf", 255)]
    [InlineData("-0x10", -16)]
    [InlineData("1E+2", 100)]
    [InlineData("Infinity", double.PositiveInfinity)]
    [InlineData("-Infinity", double.NegativeInfinity)]
    [InlineData("NaN", double.NaN)]
    [InlineData("+NaN", double.NaN)]
    public void Numbers_are_read(string text, double expected) =>
        Assert.Equal(expected, Assert.IsType<Json5Number>(Json5Reader.Read(text)).Number);

    [Fact]
    public void Every_value_and_name_knows_its_line()
    {
        const string Text = "// comment\n{\r\n  a: [1,\r   /* two\n lines */ 'x'\n  ],\n  $b_1:\n    {},\n 'c': null,\n}\n// end";
        var root = Assert.IsType<Json5Object>(Json5Reader.Read(Text));
        Assert.Equal(2, root.Line);
        Assert.Equal(["a", "$b_1", "c"], root.Members.Select(m => m.Name));
        Assert.Equal([3, 7, 9], root.Members.Select(m => m.Line));
        Assert.Equal([3, 8, 9], root.Members.Select(m => m.Value.Line));
        Assert.Equal([3, 5], Assert.IsType<Json5Array>(root.Members[0].Value).Items.Select(i => i.Line));
    }

    [Fact]
    public void A_repeated_name_has_its_last_value() =>
        Assert.False(Assert.IsType<Json5Boolean>(Assert.IsType<Json5Object>(Json5Reader.Read("{a: true, a: false}")).Find("a")!.Value).IsTrue);

    [Theory]
    [InlineData("", 1, 1, "", "the file is empty")]
    [InlineData(" \n // only a comment", 2, 19, "", "the file is empty")]
    [InlineData("{\n  a: 1\n  b: 2\n}", 2, 1, "a", "expected ',' or '}' after the value, found 'b'")]
    [InlineData("{ a: 1 b: 2 }", 1, 8, "a", "expected ',' or '}' after the value, found 'b'")]
    [InlineData("{\n  a: [1 2]\n}", 2, 9, "a[0]", "expected ',' or ']' after the value, found '2'")]
    [InlineData("{\n  a: {\n    b: 1\n", 4, 1, "a.b", "the file ends before the '{' of line 2 is closed with '}'")]
    [InlineData("[1,\n2", 2, 2, "[1]", "the file ends before the '[' of line 1 is closed with ']'")]
    [InlineData("{\n", 2, 1, "", "the file ends before the '{' of line 1 is closed with '}'")]
    [InlineData("{\n  a 1 }", 2, 5, "a", "expected ':' after the name, found '1'")]
    [InlineData("{\n  a: sk-hello }", 2, 6, "a", "text without quotes: put the value in double quotes")]
    [InlineData("{ a: }", 1, 6, "a", "expected a value, found '}'")]
    [InlineData("{ a:", 1, 5, "a", "the file ends where a value is expected")]
    [InlineData("{ a: 'x\n' }", 1, 8, "a", "the string is not closed with ' before the end of the line")]
    [InlineData("{ a: \"x", 1, 8, "a", "the string is not closed with \" before the end of the line")]
    [InlineData("{ a: 'x\\\ny\n' }", 1, 1, "a", "the string is not closed with ' before the end of the line")]
    [InlineData("{ a: 12x }", 1, 6, "a", "not a number: put the value in double quotes if it is text")]
    [InlineData("{ a: 012 }", 1, 6, "a", "not a number: put the value in double quotes if it is text")]
    [InlineData("{ a: 0x }", 1, 6, "a", "not a number: put the value in double quotes if it is text")]
    [InlineData("{ a: - }", 1, 6, "a", "not a number: put the value in double quotes if it is text")]
    [InlineData("{ a: 'C:\\users' }", 1, 10, "a", "\\u needs 4 hexadecimal digits: write \\\\ for a backslash")]
    [InlineData("{ a: '\\1' }", 1, 8, "a", "a backslash before a digit is no JSON5 escape: write \\\\ for a backslash")]
    [InlineData("{ a: 1 } x", 1, 10, "", "unexpected 'x' after the end of the document")]
    [InlineData("{\n /* \n\n", 2, 1, "", "the comment that begins here is not closed with */")]
    [InlineData("{ ,a: 1 }", 1, 3, "", "expected the name of a setting or '}', found ','")]
    [InlineData("{ 1a: 1 }", 1, 3, "", "expected the name of a setting or '}', found '1'")]
    [InlineData("{ a: \u0001 }", 1, 6, "a", "expected a value, found the character U+0001")]
    [InlineData("{ a: [1,,2] }", 1, 9, "a[1]", "expected a value, found ','")]
    public void What_is_not_JSON5_is_said_with_line_column_and_setting(string text, int line, int column, string path, string message)
    {
        var fault = Assert.Throws<Json5SyntaxException>(() => Json5Reader.Read(text));
        Assert.Equal((message, line, column, path), (fault.Message, fault.Line, fault.Column, fault.Path));
    }

    [Theory]
    [InlineData('[')]
    [InlineData('{')]
    public void Endless_nesting_is_refused_and_does_not_overflow_the_stack(char open)
    {
        var text = string.Concat(Enumerable.Repeat(open == '[' ? "[" : "{a:", 1_000_000));
        Assert.Equal("nested more than 64 levels deep", Assert.Throws<Json5SyntaxException>(() => Json5Reader.Read(text)).Message);
    }

    [Fact]
    public void Generated_JSON_reads_as_System_Text_Json_reads_it()
    {
        var random = new Random(20260101);
        for (var i = 0; i < 2_000; i++)
        {
            var text = new StringBuilder();
            Generate(random, text, depth: 4);
            using var expected = JsonDocument.Parse(text.ToString());
            Assert.Equal(Canonical(expected.RootElement), Canonical(Json5Reader.Read(text.ToString())));
        }
    }

    private static void Generate(Random random, StringBuilder text, int depth)
    {
        Space(random, text);
        switch (random.Next(depth == 0 ? 4 : 6))
        {
            case 0: text.Append(JsonSerializer.Serialize(RandomText(random))); break;
            case 1: text.Append((random.NextDouble() * Math.Pow(10, random.Next(-20, 20))).ToString("R", CultureInfo.InvariantCulture)); break;
            case 2: text.Append(random.Next(-1_000_000, 1_000_000)); break;
            case 3: text.Append(random.Next(3) switch { 0 => "true", 1 => "false", _ => "null" }); break;
            case 4: Sequence(random, text, '[', ']', () => Generate(random, text, depth - 1)); break;
            default:
                var member = 0;
                Sequence(random, text, '{', '}', () =>
                {
                    text.Append(JsonSerializer.Serialize($"{RandomText(random)}{member++}"));
                    Space(random, text);
                    text.Append(':');
                    Generate(random, text, depth - 1);
                });
                break;
        }

        Space(random, text);
    }

    private static void Sequence(Random random, StringBuilder text, char open, char close, Action item)
    {
        text.Append(open);
        Space(random, text);
        for (var i = random.Next(4); i > 0; i--)
        {
            item();
            Space(random, text);
            if (i > 1)
            {
                text.Append(',');
                Space(random, text);
            }
        }

        text.Append(close);
    }

    private static void Space(Random random, StringBuilder text) => text.Append(random.Next(4) == 0 ? " \t\r\n"[random.Next(4)].ToString() : "");

    private static string RandomText(Random random) =>
        string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => new Rune(random.Next(6) switch
        {
            0 => random.Next(0x20),
            1 => 0x1F600 + random.Next(64),
            2 => 0x4E00 + random.Next(1000),
            3 => "\"\\/'$"[random.Next(5)],
            _ => 0x20 + random.Next(95),
        }).ToString()));

    private static string Canonical(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "{" + string.Join(",", value.EnumerateObject().Select(m => $"{m.Name}={Canonical(m.Value)}")) + "}",
        JsonValueKind.Array => "[" + string.Join(",", value.EnumerateArray().Select(Canonical)) + "]",
        JsonValueKind.String => "s" + value.GetString(),
        JsonValueKind.Number => "n" + value.GetDouble().ToString("R", CultureInfo.InvariantCulture),
        _ => value.ValueKind.ToString(),
    };

    private static string Canonical(Json5Value value) => value switch
    {
        Json5Object o => "{" + string.Join(",", o.Members.Select(m => $"{m.Name}={Canonical(m.Value)}")) + "}",
        Json5Array a => "[" + string.Join(",", a.Items.Select(Canonical)) + "]",
        Json5String s => "s" + s.Text,
        Json5Number n => "n" + n.Number.ToString("R", CultureInfo.InvariantCulture),
        Json5Boolean b => b.IsTrue ? "True" : "False",
        _ => "Null",
    };
}
