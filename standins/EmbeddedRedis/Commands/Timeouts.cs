using Ccr.Standins.EmbeddedRedis.Protocol;
using Ccr.Standins.EmbeddedRedis.Server;

namespace Ccr.Standins.EmbeddedRedis.Commands;

/// <summary>How long blocking commands wait.</summary>
internal static class Timeouts
{
    /// <summary>The milliseconds, when they are not negative and end before time does.</summary>
    public static long Check(Session s, long milliseconds)
    {
        if (milliseconds < 0)
        {
            throw new RedisErrorException("ERR timeout is negative");
        }

        return milliseconds > long.MaxValue - s.Engine.Now ? throw new RedisErrorException("ERR timeout is out of range") : milliseconds;
    }
}
