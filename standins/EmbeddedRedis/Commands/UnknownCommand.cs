using System.Text;

namespace Ccr.Standins.EmbeddedRedis.Commands;

/// <summary>What Redis says of a command that it does not have.</summary>
internal static class UnknownCommand
{
    private const int Limit = 128;

    public static string Describe(byte[][] arguments)
    {
        var given = new StringBuilder();
        for (var i = 1; i < arguments.Length && given.Length < Limit; i++)
        {
            var room = Limit - given.Length;
            given.Append('\'').Append(Clip(arguments[i], room)).Append("' ");
        }

        return $"ERR unknown command '{Clip(arguments[0], Limit)}', with args beginning with: {given}";
    }

    public static string DescribeSubcommand(CommandSpec container, byte[] name) =>
        $"ERR unknown subcommand '{Clip(name, Limit)}'. Try {container.Name.ToUpperInvariant()} HELP.";

    // Redis formats with %.128s, which ends at a zero byte.
    private static string Clip(byte[] argument, int limit)
    {
        var end = Array.IndexOf(argument, (byte)0);
        return Encoding.Latin1.GetString(argument.AsSpan(0, Math.Min(end < 0 ? argument.Length : end, limit)));
    }
}
