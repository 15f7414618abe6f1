using CsCheck;
using Msf.Runtime;

namespace Msf.Tests.Runtime;

public sealed class ElfVersionRequirementTests
{
    private const string Version = "GLIBCXX_3.4.32";

    private static readonly byte[] _small = SyntheticElf.Build(
        versions: [("GLIBCXX_3.4", 2), (Version, 3), ("CXXABI_1.3", 4)],
        symbols: [("puts", 2), ("_ZSt21ios_base_library_initv", 3), ("throw", 4)]);

    [Fact]
    public void Weakening_changes_exactly_the_flag_of_the_named_version()
    {
        var patched = ElfVersionRequirement.Weaken(_small, Version);
        var changed = Enumerable.Range(0, _small.Length).Where(i => patched[i] != _small[i]).ToArray();
        Assert.Equal([SyntheticElf.FlagsOffset(entry: 1)], changed);
        Assert.Equal(2, patched[changed[0]]);
    }

    [Fact]
    public void Weakening_leaves_the_input_alone()
    {
        var before = _small.ToArray();
        ElfVersionRequirement.Weaken(_small, Version);
        Assert.Equal(before, _small);
    }

    [Fact]
    public void Weakening_twice_is_weakening_once()
    {
        var once = ElfVersionRequirement.Weaken(_small, Version);
        Assert.Equal(once, ElfVersionRequirement.Weaken(once, Version));
    }

    [Fact]
    public void A_library_without_the_version_stays_as_it_is() =>
        Assert.Equal(_small, ElfVersionRequirement.Weaken(_small, "GLIBCXX_3.4.33"));

    [Fact]
    public void The_symbols_behind_a_version_are_listed() =>
        Assert.Equal(["_ZSt21ios_base_library_initv"], ElfVersionRequirement.SymbolsOf(_small, Version));

    [Fact]
    public void No_symbols_are_listed_for_an_absent_version() =>
        Assert.Empty(ElfVersionRequirement.SymbolsOf(_small, "GLIBCXX_3.4.33"));

    [Fact]
    public void The_package_s_own_library_needs_the_version_for_one_symbol_and_changes_by_one_byte()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "the library for Linux is present on Linux alone");
        var library = File.ReadAllBytes(NativeSearch.Find("LibTorchSharp", NativeSearch.Folders())!);
        var patched = ElfVersionRequirement.Weaken(library, Version);
        Assert.Single(Enumerable.Range(0, library.Length), i => patched[i] != library[i]);
        Assert.Equal(["_ZSt21ios_base_library_initv"], ElfVersionRequirement.SymbolsOf(library, Version));
    }

    [Fact]
    public void Every_truncation_is_refused_with_one_line()
    {
        for (var length = 0; length < _small.Length; length++)
        {
            var error = Assert.Throws<InvalidDataException>(() => ElfVersionRequirement.Weaken(_small.AsSpan(0, length), Version));
            Assert.DoesNotContain('\n', error.Message);
        }
    }

    [Theory]
    [InlineData(4, 1, "64-bit")]     // a 32-bit library
    [InlineData(5, 2, "64-bit")]     // big-endian
    [InlineData(0, 0x4d, "header")]  // another format
    [InlineData(0x3c, 0, "section table")]
    public void A_library_of_another_kind_is_refused(int offset, byte value, string why)
    {
        var other = _small.ToArray();
        other[offset] = value;
        Assert.Contains(why, Assert.Throws<InvalidDataException>(() => ElfVersionRequirement.Weaken(other, Version)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1u, "overlap")]
    [InlineData(uint.MaxValue, "outside")]
    [InlineData(1u << 20, "outside")]
    public void Links_between_requirements_that_lead_astray_are_refused(uint step, string why)
    {
        var astray = _small.ToArray();
        BitConverter.TryWriteBytes(astray.AsSpan(SyntheticElf.FlagsOffset(entry: 0) + 8), step);
        Assert.Contains(why, Assert.Throws<InvalidDataException>(() => ElfVersionRequirement.Weaken(astray, Version)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Damaged_bytes_are_refused_or_handled_but_never_crash() =>
        Gen.Select(Gen.Int[0, _small.Length - 1], Gen.Byte).Array[1, 8].Sample(
            damage =>
            {
                var bytes = _small.ToArray();
                foreach (var (at, value) in damage) bytes[at] = value;
                try
                {
                    Assert.Equal(bytes.Length, ElfVersionRequirement.Weaken(bytes, Version).Length);
                    _ = ElfVersionRequirement.SymbolsOf(bytes, Version);
                }
                catch (InvalidDataException)
                {
                    // Refused: as good.
                }
            },
            iter: 20_000);
}
