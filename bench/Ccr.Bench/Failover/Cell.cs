using System.Globalization;
using Ccr.Bench.Wire;

namespace Ccr.Bench.Failover;

/// <summary>One scenario for one client over one upstream, with a provider of its own: no cell's state touches another's.</summary>
/// <param name="Scenario">The fault.</param>
/// <param name="Client">What the client speaks.</param>
/// <param name="Upstream">What both providers speak.</param>
internal sealed record Cell(Scenario Scenario, WireDialect Client, WireDialect Upstream)
{
    private static readonly WireDialect[] Dialects = [WireDialect.Messages, WireDialect.Chat, WireDialect.Responses];

    /// <summary>Every scenario for every client, over an upstream of its own dialect and over one of another.</summary>
    public static IReadOnlyList<Cell> All { get; } =
    [
        .. from scenario in Scenarios.All
           from client in Dialects
           from upstream in (WireDialect[])[client, Other(client)]
           select new Cell(scenario, client, upstream),
    ];

    /// <summary>"same" or "translated".</summary>
    public string Column => Client == Upstream ? "same" : "translated";

    /// <summary>As it is shown: S08/chat/same.</summary>
    public string Name => $"{Scenario.Id}/{Client.ToString().ToLowerInvariant()}/{Column}";

    /// <summary>As it is named in configurations and scripts: s08-chat-same.</summary>
    public string Id => Name.ToLowerInvariant().Replace('/', '-');

    /// <summary>The name of its primary provider.</summary>
    public string Primary => Id + "-primary";

    /// <summary>The model of its primary provider: the script of the fault.</summary>
    public string PrimaryModel => string.Create(CultureInfo.InvariantCulture, $"sim-words={Scenarios.Words}+name={Id}+{Scenario.Script(Upstream)}");

    /// <summary>What the client asks for.</summary>
    public string Model => $"{Primary},{PrimaryModel}";

    /// <summary>Which proxy it runs on.</summary>
    public CellGroup Group => new(Upstream, Scenario.FallbackRefusesPrefill);

    /// <summary>In every prompt of the cell, so that its requests are found in the simulator's log.</summary>
    public string Tag => $"[{Id}]";

    /// <summary>Whether <c>--only</c> means it: S08, S08/chat, S08/chat/same.</summary>
    public bool Is(string only) => Name.Equals(only, StringComparison.OrdinalIgnoreCase) || Name.StartsWith(only + "/", StringComparison.OrdinalIgnoreCase);

    private static WireDialect Other(WireDialect client) => client switch
    {
        WireDialect.Messages => WireDialect.Chat,
        WireDialect.Chat => WireDialect.Responses,
        _ => WireDialect.Messages,
    };
}
