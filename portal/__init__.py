"""The frame of the portal: settings and the apps that the policy areas stand on."""
