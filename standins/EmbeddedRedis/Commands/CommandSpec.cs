using Ccr.Standins.EmbeddedRedis.Server;

namespace Ccr.Standins.EmbeddedRedis.Commands;

/// <summary>Runs a command. The first argument is its name; replies go to the session; errors are thrown before any reply.</summary>
internal delegate void CommandHandler(Session session, byte[][] arguments);

/// <summary>A row of the command table.</summary>
/// <param name="Name">Lower case; a subcommand is "container|name".</param>
/// <param name="Arity">Arguments including the name (of a subcommand: both names); negative: at least so many.</param>
/// <param name="Flags">Its flags.</param>
/// <param name="Keys">Positions of the first and last key and the step between keys; zeros when there are none or they move.</param>
/// <param name="Groups">Its groups in access lists that do not follow from the flags, separated by spaces.</param>
/// <param name="Handler">What runs it; a container's own handler runs when no subcommand is given.</param>
internal sealed record CommandSpec(
    string Name, int Arity, CommandFlags Flags, (int First, int Last, int Step) Keys, string Groups, CommandHandler Handler)
{
    private static readonly (CommandFlags Flag, string Name)[] FlagNames =
    [
        (CommandFlags.Write, "write"), (CommandFlags.ReadOnly, "readonly"), (CommandFlags.DenyOom, "denyoom"), (CommandFlags.Admin, "admin"),
        (CommandFlags.PubSub, "pubsub"), (CommandFlags.NoScript, "noscript"), (CommandFlags.Blocking, "blocking"), (CommandFlags.Loading, "loading"),
        (CommandFlags.Stale, "stale"), (CommandFlags.SkipSlowLog, "skip_slowlog"), (CommandFlags.Fast, "fast"), (CommandFlags.NoAuth, "no_auth"),
        (CommandFlags.MovableKeys, "movablekeys"), (CommandFlags.AllowBusy, "allow_busy"),
    ];

    private static readonly (CommandFlags Flag, string Name)[] FlagGroups =
    [
        (CommandFlags.ReadOnly, "@read"), (CommandFlags.Write, "@write"), (CommandFlags.Admin, "@admin"), (CommandFlags.Admin, "@dangerous"),
        (CommandFlags.PubSub, "@pubsub"), (CommandFlags.Blocking, "@blocking"), (CommandFlags.Fast, "@fast"),
    ];

    /// <summary>The subcommands of a container.</summary>
    public IReadOnlyList<CommandSpec> Subcommands { get; init; } = [];

    public IEnumerable<string> FlagList => FlagNames.Where(f => Flags.HasFlag(f.Flag)).Select(f => f.Name);

    public IEnumerable<string> GroupList =>
        FlagGroups.Where(f => Flags.HasFlag(f.Flag)).Select(f => f.Name)
            .Concat(Flags.HasFlag(CommandFlags.Fast) ? [] : ["@slow"])
            .Concat(Groups.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(g => "@" + g))
            .Distinct();

    /// <summary>The handler of a container: its arity asks for a subcommand, so it is never called.</summary>
    public static void NeedsSubcommand(Session session, byte[][] arguments) =>
        throw new InvalidOperationException("A container was called without a subcommand.");

    public bool AcceptsCount(int arguments) => Arity >= 0 ? arguments == Arity : arguments >= -Arity;
}
