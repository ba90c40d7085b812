using System.Globalization;
using System.Net;

namespace Ccr.Standins.EmbeddedRedis;

/// <summary>The program's arguments and environment as options.</summary>
internal static class CommandLine
{
    public const string Usage = "usage: Ccr.Standins.EmbeddedRedis [--port N] [--bind ADDRESS] [--snapshot FILE]; the password comes from REDIS_PASSWORD";

    /// <summary>The options; null with one line that says what is wrong.</summary>
    public static EmbeddedRedisOptions? Parse(ReadOnlySpan<string> arguments, string? password, out string problem)
    {
        var port = 0;
        var address = IPAddress.Loopback;
        string? snapshot = null;
        problem = "";
        for (var i = 0; i < arguments.Length; i++)
        {
            var name = arguments[i];
            if (name is not ("--port" or "--bind" or "--snapshot"))
            {
                problem = $"unknown argument {name}; {Usage}";
                return null;
            }

            if (++i == arguments.Length)
            {
                problem = $"{name} needs a value; {Usage}";
                return null;
            }

            var value = arguments[i];
            if (name == "--port" && !(int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out port) && port <= IPEndPoint.MaxPort))
            {
                problem = $"--port must be a number from 0 (a free port) to {IPEndPoint.MaxPort}, not {value}";
                return null;
            }

            if (name == "--bind" && !IPAddress.TryParse(value, out address))
            {
                problem = $"--bind must be an IP address such as 127.0.0.1, not {value}";
                return null;
            }

            snapshot = name == "--snapshot" ? value : snapshot;
        }

        if (snapshot is "")
        {
            problem = "--snapshot must name a file";
            return null;
        }

        return new EmbeddedRedisOptions { Port = port, Address = address ?? IPAddress.Loopback, SnapshotPath = snapshot, Password = password ?? "" };
    }
}
