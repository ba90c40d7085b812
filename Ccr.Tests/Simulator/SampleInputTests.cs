using System.Text.Json;
using Ccr.Simulator.Answers;

namespace Ccr.Tests.Simulator;

public sealed class SampleInputTests
{
    [Theory]
    [InlineData("""{"type":"object","properties":{"a":{"type":"string"},"b":{"type":"string"}},"required":["a"]}""", """{"a":"sample"}""")]
    [InlineData("""{"type":"object","properties":{"n":{"type":"integer","exclusiveMinimum":4}},"required":["n"]}""", """{"n":5}""")]
    [InlineData("""{"type":"object","properties":{"n":{"type":"number","minimum":-9007199254740991}},"required":["n"]}""", """{"n":0}""")]
    [InlineData("""{"type":"object","properties":{"e":{"enum":["x","y"]},"c":{"const":7}},"required":["e","c"]}""", """{"e":"x","c":7}""")]
    [InlineData("""{"type":"object","properties":{"l":{"type":"array","minItems":2,"items":{"type":"boolean"}}},"required":["l"]}""", """{"l":[false,false]}""")]
    [InlineData("""{"type":"object","properties":{"o":{"$ref":"#/$defs/deep"}},"required":["o"],"$defs":{"deep":{"properties":{"x":{"type":["null","string"]}},"required":["x"]}}}""", """{"o":{"x":null}}""")]
    [InlineData("""{"type":"object","properties":{"u":{"anyOf":[{"type":"integer"},{"type":"null"}]}},"required":["u"]}""", """{"u":0}""")]
    [InlineData("""{"type":"object","properties":{"s":{"type":"string","minLength":8}},"required":["s"]}""", """{"s":"sample.."}""")]
    [InlineData("""{"type":"object","required":["not-described"]}""", """{"not-described":"sample"}""")]
    [InlineData("""{"type":"object"}""", "{}")]
    public void The_sample_has_what_the_schema_requires(string schema, string expected)
    {
        using var document = JsonDocument.Parse(schema);

        Assert.Equal(expected, SampleInput.For(document.RootElement));
    }

    [Fact]
    public void A_schema_that_refers_to_itself_ends()
    {
        using var document = JsonDocument.Parse("""{"type":"object","properties":{"next":{"$ref":"#"}},"required":["next"]}""");

        Assert.NotEmpty(SampleInput.For(document.RootElement));
    }

    [Theory]
    [InlineData("Bash", """{"properties":{"command":{"type":"string"},"description":{"type":"string"}},"required":["command"]}""", """{"command":"echo ccr-tool-ok","description":"Say that the tool works"}""")]
    [InlineData("shell", """{"properties":{"command":{"type":"array"}},"required":["command"]}""", """{"command":["bash","-lc","echo ccr-tool-ok"]}""")]
    [InlineData("exec_command", """{"properties":{"cmd":{"type":"string"}},"required":["cmd"]}""", """{"cmd":"echo ccr-tool-ok"}""")]
    [InlineData("run_shell_command", """{"properties":{"command":{"type":"string"},"is_background":{"type":"boolean"}},"required":["command","is_background"]}""", """{"command":"echo ccr-tool-ok","is_background":false}""")]
    [InlineData("Other", """{"properties":{"path":{"type":"string"}},"required":["path"]}""", """{"path":"sample"}""")]
    public void The_shells_of_real_agents_are_called_as_they_want(string name, string schema, string expected)
    {
        using var document = JsonDocument.Parse(schema);
        var conversation = new Conversation { Model = "m", Tools = [new DeclaredTool(name, document.RootElement)] };

        var call = Assert.Single(ToolPicker.Pick(conversation, Ccr.Simulator.Scripts.ScriptContent.Tool));

        Assert.Equal(name, call.Name);
        Assert.Equal(expected, call.Input);
    }
}
