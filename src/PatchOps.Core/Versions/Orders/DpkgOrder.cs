using System.Buffers;
using PatchOps.Domain.Versions;

namespace PatchOps.Core.Versions.Orders;

/// <summary>Debian's order: epoch, then upstream version, then revision (deb-version(7), "Sorting algorithm").</summary>
internal sealed class DpkgOrder : VersionOrder
{
    private static readonly SearchValues<char> UpstreamCharacters =
        SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz.-+~:");

    private static readonly SearchValues<char> RevisionCharacters =
        SearchValues.Create("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz.+~");

    public override VersionScheme Scheme => VersionScheme.Dpkg;

    protected override string? Fault(ReadOnlySpan<char> version)
    {
        version = version.Trim();
        if (version.IsEmpty) return "it is empty";
        var colon = version.IndexOf(':');
        if (colon == 0) return "its epoch is empty";
        if (colon > 0)
        {
            var epoch = Unsigned(version[..colon]);
            if (!Digits.AreAll(epoch)) return "its epoch is not a number";
            if (version[0] == '-' && !Digits.IsZero(epoch)) return "its epoch is negative";
            if (Digits.Compare(epoch, "2147483647") > 0) return "its epoch is too big";
            version = version[(colon + 1)..];
            if (version.IsEmpty) return "nothing follows the colon";
        }
        var hyphen = version.LastIndexOf('-');
        if (hyphen >= 0)
        {
            var revision = version[(hyphen + 1)..];
            if (revision.IsEmpty) return "its revision is empty";
            if (revision.ContainsAnyExcept(RevisionCharacters)) return "its revision contains a character other than letters, digits and . + ~";
            version = version[..hyphen];
            if (version.IsEmpty) return "its upstream version is empty";
        }
        if (!char.IsAsciiDigit(version[0])) return "its upstream version does not start with a digit";
        return version.ContainsAnyExcept(UpstreamCharacters) ? "it contains a character other than letters, digits and . - + ~ :" : null;
    }

    protected override int CompareValid(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        Split(left.Trim(), out var leftEpoch, out var leftUpstream, out var leftRevision);
        Split(right.Trim(), out var rightEpoch, out var rightUpstream, out var rightRevision);
        var result = Digits.Compare(leftEpoch, rightEpoch);
        if (result == 0) result = ComparePart(leftUpstream, rightUpstream);
        return result != 0 ? result : ComparePart(leftRevision, rightRevision);
    }

    private static void Split(ReadOnlySpan<char> version, out ReadOnlySpan<char> epoch, out ReadOnlySpan<char> upstream, out ReadOnlySpan<char> revision)
    {
        var colon = version.IndexOf(':');
        epoch = colon < 0 ? default : Unsigned(version[..colon]);
        version = version[(colon + 1)..];
        var hyphen = version.LastIndexOf('-');
        upstream = hyphen < 0 ? version : version[..hyphen];
        revision = hyphen < 0 ? default : version[(hyphen + 1)..];
    }

    // dpkg reads the epoch with strtol, which takes a sign: '+1:2' and '-0:2' are versions that it installs.
    private static ReadOnlySpan<char> Unsigned(ReadOnlySpan<char> epoch) => epoch is ['+' or '-', ..] ? epoch[1..] : epoch;

    // Alternates between a run of other characters, compared by weight, and a run of digits, compared by value.
    private static int ComparePart(ReadOnlySpan<char> left, ReadOnlySpan<char> right)
    {
        while (!left.IsEmpty || !right.IsEmpty)
        {
            int l = 0, r = 0;
            while (true)
            {
                var leftWeight = Weight(left, l);
                var rightWeight = Weight(right, r);
                if (leftWeight != rightWeight) return leftWeight < rightWeight ? -1 : 1;
                if (leftWeight == 0) break;
                l++;
                r++;
            }
            left = left[l..];
            right = right[r..];
            var result = Digits.Compare(Digits.Take(ref left), Digits.Take(ref right));
            if (result != 0) return result;
        }
        return 0;
    }

    // The tilde comes before the end of the part, letters after it, everything else after the letters.
    private static int Weight(ReadOnlySpan<char> text, int at)
    {
        if (at >= text.Length) return 0;
        var c = text[at];
        if (char.IsAsciiDigit(c)) return 0;
        if (c == '~') return -1;
        return char.IsAsciiLetter(c) ? c : c + 256;
    }
}
