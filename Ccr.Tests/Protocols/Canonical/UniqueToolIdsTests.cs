using System.Text;
using Ccr.Protocols.Anthropic;
using Ccr.Protocols.Canonical;

namespace Ccr.Tests.Protocols.Canonical;

public class UniqueToolIdsTests
{
    private const string History = """{"model":"x","messages":[{"role":"user","content":"a"},{"role":"assistant","content":[{"type":"tool_use","id":"fc0","name":"f","input":{}}]},{"role":"user","content":[{"type":"tool_result","tool_use_id":"fc0","content":"r"}]}]}""";

    [Fact]
    public void P135_an_id_of_an_earlier_turn_gets_another_and_a_new_one_stays()
    {
        var first = Ids();
        Assert.NotEqual("fc0", first[0]);
        Assert.Equal("fc1", first[1]);
        Assert.Equal(3, first.Distinct().Count());
        Assert.All(first, static id => Assert.True(ToolIds.IsPortable(Encoding.UTF8.GetBytes(id))));

        // The same conversation gives the same ids.
        Assert.Equal(first, Ids());

        static List<string> Ids()
        {
            var message = new MessageReducer();
            var sink = new UniqueToolIds(message, AnthropicRequestDecoder.Decode(Encoding.UTF8.GetBytes(History)));
            sink.Start(default);
            foreach (var id in (string[])["fc0", "fc1", "fc1"])
            {
                sink.BeginToolUse(Encoding.UTF8.GetBytes(id), "f"u8);
                sink.EndBlock();
            }

            sink.End(StopReason.ToolUse, default);
            return message.Calls.Select(static c => c.Id).ToList();
        }
    }
}
