using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Ccr.Protocols.Canonical;
using Ccr.Protocols.Errors;
using Ccr.Protocols.Repair;
using Ccr.Protocols.Requests;
using Ccr.Tests.Parts;
using Ccr.Tests.Protocols.Pitfalls;

namespace Ccr.Tests.Protocols.Repair;

/// <summary>A refused request of repairs.json: what the client asked, what the provider said to what it got, and what goes out the second time.</summary>
internal sealed class RepairCase
{
    private static readonly JsonSerializerOptions AsTheyWere = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly JsonObject _row;

    private RepairCase(JsonObject row)
    {
        _row = row;
        Client = Enum.Parse<Dialect>(Word("client"));
        Target = Enum.Parse<Dialect>(Word("target"));
        Request = Wire.Read(Client, row["request"]!.ToJsonString(AsTheyWere));
        Sent = Client == Target ? row["request"]!.ToJsonString(AsTheyWere) : Encode(Request, Options());
        var error = Encoding.UTF8.GetBytes(row["error"]!.ToJsonString(AsTheyWere));
        Error = ProviderErrorReader.Read(row["status"]!.GetValue<int>(), error, null, Wire.Provider);
    }

    public static string Path { get; } = System.IO.Path.Combine(Part.Repository, "Ccr.Tests", "Protocols", "Repair", "repairs.json");

    public string Name => Word("name");

    public Dialect Client { get; }

    public Dialect Target { get; }

    public CanonicalRequest Request { get; }

    /// <summary>The body that was refused.</summary>
    public string Sent { get; }

    public ProviderError Error { get; }

    /// <summary>The word of the repair; null where there is none.</summary>
    public string? Kind => _row["kind"]?.GetValue<string>();

    /// <summary>The body of the second call; null where there is none.</summary>
    public string? After
    {
        get => _row["after"]?.ToJsonString(AsTheyWere);
        set => _row["after"] = value is null ? null : JsonNode.Parse(value);
    }

    public static List<RepairCase> All() => [.. JsonNode.Parse(File.ReadAllText(Path))!.AsArray().Select(row => new RepairCase((JsonObject)row!.DeepClone()))];

    public static void Save(List<RepairCase> cases) =>
        File.WriteAllText(Path, $"[\n{string.Join(",\n", cases.Select(c => c._row.ToJsonString(AsTheyWere)))}\n]\n");

    public RepairPlan? Plan() => RequestRepair.Plan(Error, new(Request, Options(), Target, Encoding.UTF8.GetBytes(Sent)) { Betas = [.. _row["betas"]!.AsArray().Select(beta => beta!.GetValue<string>())] });

    /// <summary>The second body, put together as <see cref="RepairPlan"/> says.</summary>
    public string Again(RepairPlan plan)
    {
        var body = Sent;
        if (Client != Target || !plan.CanEdit)
        {
            var options = Options();
            plan.Adjust(options);
            body = Encode(plan.Apply(Request), options);
        }

        if (!plan.CanEdit)
        {
            return body;
        }

        var edited = JsonNode.Parse(body)!.AsObject();
        plan.Edit(edited);
        return edited.ToJsonString(AsTheyWere);
    }

    public string Encode(CanonicalRequest request, TargetOptions options)
    {
        var output = new ArrayBufferWriter<byte>();
        Wire.Write(Target, request, options, output, new LossReport());
        return Encoding.UTF8.GetString(output.WrittenSpan);
    }

    public TargetOptions Options() => new(Wire.Provider, Word("model"));

    private string Word(string name) => _row[name]!.GetValue<string>();
}
