package claimlist

import (
	"embed"
	"strings"

	"arrears/domain/fault"
)

//go:embed profiles/*.yaml
var profiles embed.FS

// Shipped returns one of the profiles that come with the product. Error: CodeUnknownProfile.
func Shipped(name string) (*Profile, error) {
	if !profileName.MatchString(name) {
		return nil, unknownProfile(name)
	}
	text, err := profiles.ReadFile("profiles/" + name + ".yaml")
	if err != nil {
		return nil, unknownProfile(name)
	}
	return LoadProfile(text)
}

func unknownProfile(name string) error {
	return fault.Newf(fault.NotFound, CodeUnknownProfile, "there is no shipped profile of lists %.70q", name)
}

// ShippedNames lists the profiles that come with the product in alphabetical order.
func ShippedNames() []string {
	entries, err := profiles.ReadDir("profiles")
	if err != nil {
		return nil
	}
	var names []string
	for _, e := range entries {
		if name, ok := strings.CutSuffix(e.Name(), ".yaml"); ok {
			names = append(names, name)
		}
	}
	return names
}
