using System.Text;

namespace Ccr.Standins.EmbeddedRedis.Commands;

/// <summary>Everything the server offers. What is not here does not exist for a client.</summary>
internal static class CommandTable
{
    private const int LongestName = 32;
    private static readonly Dictionary<string, CommandSpec> ByName = All().ToDictionary(c => c.Name, StringComparer.OrdinalIgnoreCase);

    public static int Count => ByName.Count;

    public static IReadOnlyCollection<CommandSpec> Commands => ByName.Values;

    public static CommandSpec? Find(ReadOnlySpan<byte> name)
    {
        if (name.Length > LongestName)
        {
            return null;
        }

        Span<char> text = stackalloc char[LongestName];
        text = text[..Encoding.Latin1.GetChars(name, text)];
        return ByName.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(text, out var spec) ? spec : null;
    }

    public static CommandSpec? FindSubcommand(CommandSpec container, byte[] name)
    {
        foreach (var candidate in container.Subcommands)
        {
            if (Ascii.EqualsIgnoreCase(candidate.Name.AsSpan(container.Name.Length + 1), name))
            {
                return candidate;
            }
        }

        return null;
    }

    private static IEnumerable<CommandSpec> All() =>
    [
        .. StringCommands.Table, .. StringNumberCommands.Table, .. KeyCommands.Table, .. ExpiryCommands.Table, .. ScanCommands.Table,
        .. HashCommands.Table, .. SetCommands.Table, .. SetAlgebraCommands.Table, .. SortedSetCommands.Table, .. SortedSetRangeCommands.Table,
        .. SortedSetAlgebraCommands.Table, .. ListCommands.Table, .. ListMoveCommands.Table, .. StreamCommands.Table, .. StreamReadCommands.Table,
        .. PubSubCommands.Table, .. TransactionCommands.Table, .. ConnectionCommands.Table, .. ClientCommands.Table, .. ServerCommands.Table,
        .. ConfigCommands.Table,
    ];
}
