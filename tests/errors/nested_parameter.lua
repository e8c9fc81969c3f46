local aws = require "aws"

aws.ec2.authorize_security_group_ingress {
	group_id = "sg-0123456789abcdef0",
	ip_permissions = {
		{
			ip_protocol = "tcp",
			from_port = 3306,
			to_port = 3306,
			ip_ranges = { { cidr_ip = "10.0.0.0/8" } },
		},
		{
			ip_protocol = "tcp",
			from_port = 5432,
			to_port = 5432,
			ip_ranges = { { cird_ip = "10.0.0.0/8" } },
		},
	},
}
