using System.Text;
using System.Text.Json;
using Ccr.Protocols.Transformers;

namespace Ccr.Tests.Protocols.Fuzz;

/// <summary>Whatever a model writes as arguments becomes JSON; what is JSON stays.</summary>
internal sealed class JsonRepairTarget() : FuzzTarget("json-repair")
{
    private static readonly string[] Pieces = ["{", "}", "[", "]", ":", ",", "\"", "'", "`", "\u201c", "\u201d", "a", "true", "None", "1", "-", "1e", ".5", "\\", "\\u12", "\\ud800", "//", "/*", "*/", "```", "```json\n", "\n", " ", "é", "😀", "null", "\t", "=", ";", "\0"];

    public override byte[] Generate(Random random)
    {
        if (random.Next(3) == 0)
        {
            var text = new StringBuilder();
            for (var i = random.Next(40); i > 0; i--)
            {
                text.Append(Pieces[random.Next(Pieces.Length)]);
            }

            return Encoding.UTF8.GetBytes(text.ToString());
        }

        var json = Encoding.UTF8.GetBytes(new ConversationGenerator(random.Next()).Arguments());
        json = random.Next(2) == 0 ? JsonMutator.Mutate(json, random) : json;
        return random.Next(3) > 0 ? ByteMutator.Mutate(json, random) : json;
    }

    public override void Check(byte[] input, int seed)
    {
        var text = Encoding.UTF8.GetString(input);
        var repaired = JsonRepair.Repair(text);
        using var document = JsonDocument.Parse(repaired);
        Hold(JsonRepair.Repair(repaired) == repaired, "JSON that is repaired once more");
        try
        {
            using var original = JsonDocument.Parse(text);
        }
        catch (JsonException)
        {
            return;
        }

        Hold(repaired == text, "valid JSON that was changed");
    }
}
