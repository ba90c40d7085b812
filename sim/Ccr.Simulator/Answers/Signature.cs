using System.Security.Cryptography;
using System.Text;

namespace Ccr.Simulator.Answers;

/// <summary>The signature of a thinking text: a function of the text, so that a later request can be checked without a memory.</summary>
internal static class Signature
{
    public static string Of(string thinking) => Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes("simulator thinking:" + thinking)));
}
