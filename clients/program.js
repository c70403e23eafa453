const AWS = require('aws-sdk');
AWS.config.region = 'us-east-1';
AWS.config.endpoint = endpoint;
AWS.config.s3ForcePathStyle = true;
AWS.config.credentials = new AWS.CognitoIdentityCredentials({
  IdentityPoolId: 'us-east-1:1234567890abcdef',
  Logins: { 'cognito-idp.us-east-1.amazonaws.com/us-east-1_XXXXXXXX': idToken } });
AWS.config.credentials.get(error => { /* accessKeyId, secretAccessKey, sessionToken */
  new AWS.S3().listObjects({ Bucket: 'my-bucket' }, (err, data) => console.log(data.Contents)); });
